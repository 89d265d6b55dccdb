/** The client's own popup, bundled as applications bundle it, in a real browser against the whole server. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { bundle, bundler, servePage } from "../../../../tools/pack/page.ts";
import {
	answer,
	approveLabel,
	type BrowserWorld,
	heading,
	openBrowserWorld,
	signIn,
} from "../support/browser-world.ts";
import { needsChromium } from "../support/chromium.ts";
import { readIdentity } from "../support/published-identity.ts";

const folderOf = (path: string) => JSON.stringify(join(import.meta.dirname, "../../../client", path));

/**
 * Looks only when it is told to, so that whatever completes it came from the popup. Where `knows.early` it opens the page
 * as soon as it is asked to, which is outside of any click, and again in one.
 */
const application = `
import { approvalFromPopup, prepareIdentityReset } from ${folderOf("src/index.ts")};
import { openPlainApp } from ${folderOf("test/support/plain-app.ts")};

const knows = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const [start, said] = ["#start", "#said"].map((id) => document.querySelector(id));
const say = (text) => { said.textContent += " " + text; };
const app = await openPlainApp({ url: knows.homeserver, signIn: () => knows.device });
const options = {
	poll: "manual",
	saveRecoveryKey: async () => {},
	present({ url, checkNow }) {
		const look = () => { say("looks"); checkNow(); };
		const open = () => {
			const popup = approvalFromPopup(window, url, { homeserver: knows.homeserver, checkNow: look });
			say(popup.ok ? "opened" : popup.reason);
			if (popup.ok) popup.done.then(() => say("told"));
		};
		start.onclick = open;
		say("asked");
		if (knows.early) open();
	},
};
const reset = async () => (await prepareIdentityReset(app)).run(options);
reset().then(reset).then(({ masterKey }) => say("done " + masterKey), (error) => say("failed " + error.code));
`;

/** As browsers do that people have. To the one of the tests whatever its driver does counts as a click. */
const blockOutsideOfClicks = `
const { open } = window;
window.open = (...how) => (window.event?.type === "click" ? open.apply(window, how) : null);
`;

describe("the client's popup in a browser", { skip: needsChromium.skip || bundler.skip }, () => {
	let world: BrowserWorld;
	let app: Awaited<ReturnType<typeof servePage>>;

	before(async () => {
		const folder = await mkdtemp(join(tmpdir(), "countersign-page-"));
		const entry = join(folder, "app.ts");
		await writeFile(entry, application);
		app = await servePage(await bundle(entry));
		await rm(folder, { recursive: true });
		world = await openBrowserWorld();
	});
	after(async () => {
		await world?.[Symbol.asyncDispose]();
		await app?.[Symbol.asyncDispose]();
	});

	const says = (own: Page, pattern: RegExp) => own.locator("#said").filter({ hasText: pattern }).waitFor();

	/** The app's window, in which a second identity waits for its person. */
	async function openApp(localpart: string, { early = false } = {}) {
		const browser = await world.server.register(localpart);
		const device = await world.server.loginDevice({ localpart, browser });
		const own = await world.chromium.window();
		await own.addInitScript({ content: blockOutsideOfClicks });
		const knows = { homeserver: world.server.url, device, early };
		await own.goto(`${app.url}/#${encodeURIComponent(JSON.stringify(knows))}`);
		await says(own, /asked/);
		return { own, device };
	}

	test("opens in the click, keeps its opener, and one message completes the reset", async () => {
		const { own, device } = await openApp("alice");
		const { masterKey: before } = await readIdentity(world.server.url, device);
		const opened = own.waitForEvent("popup");
		await own.locator("#start").click();
		const popup = await opened;
		await heading(popup, "Sign in");
		assert.ok(await popup.evaluate<boolean>("window.opener !== null"), "the page's message comes that way");
		await signIn(popup, "alice");
		await answer(popup, approveLabel);
		await says(own, /opened looks told/);
		await says(own, /done \S+/);
		const { masterKey, signedDevices } = await readIdentity(world.server.url, device);
		assert.notEqual(masterKey, before);
		assert.deepEqual(signedDevices, [device.deviceId]);
		await own.context().close();
	});

	test("looks when the person comes back, although the page said nothing", async () => {
		const { own } = await openApp("bob");
		const opened = own.waitForEvent("popup");
		await own.locator("#start").click();
		const popup = await opened;
		// A window that is read or closed while it opens is nowhere yet, and its end may never be told.
		await heading(popup, "Sign in");
		const url = popup.url();
		await popup.close();
		// Approved in another browser altogether: no message comes from there.
		const elsewhere = await world.signedIn("bob");
		await elsewhere.goto(url);
		await answer(elsewhere, approveLabel);
		await own.evaluate('window.dispatchEvent(new Event("focus"))');
		await says(own, /looks.* done \S+/);
		await own.context().close();
		await elsewhere.context().close();
	});

	test("says that the browser blocked it outside of a click, and opens in the next one", async () => {
		const { own } = await openApp("carol", { early: true });
		await says(own, /asked blocked/);
		const opened = own.waitForEvent("popup");
		await own.locator("#start").click();
		const popup = await opened;
		await heading(popup, "Sign in");
		await signIn(popup, "carol");
		await answer(popup, approveLabel);
		await says(own, /blocked opened looks.* done \S+/);
		await own.context().close();
	});
});
