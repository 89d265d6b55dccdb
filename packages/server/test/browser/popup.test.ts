/**
 * The whole reset in a browser: a web app on another site opens the approval page, by the address in the answer or by
 * the fallback page, and learns from that window alone that it may go on.
 * @see https://spec.matrix.org/v1.17/client-server-api/#fallback
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import {
	type App,
	answer,
	approveLabel,
	type BrowserWorld,
	heading,
	openBrowserWorld,
	refuseLabel,
	signIn,
} from "../support/browser-world.ts";
import { needsChromium } from "../support/chromium.ts";
import { identityOf } from "../support/device-crypto.ts";
import { startWebApp, type WebApp } from "../support/web-app.ts";

describe("a reset asked for by a web app", needsChromium, () => {
	let world: BrowserWorld;
	let webApp: WebApp;
	let alice: App;

	before(async () => {
		world = await openBrowserWorld();
		webApp = await startWebApp();
		alice = await world.person("alice");
	});
	after(async () => {
		await webApp[Symbol.asyncDispose]();
		await world[Symbol.asyncDispose]();
	});

	/** The app's window, its upload refused, and the window that it opens then. */
	async function openPopup(own: Page, identity: string, fallback?: string) {
		const { body: keys } = identityOf(alice.userId, identity);
		const accessToken = await alice.accessToken();
		const homeserver = world.server.url;
		await own.goto("about:blank");
		await own.goto(webApp.address({ homeserver, accessToken, keys, ...(fallback && { fallback }) }));
		await own.getByRole("button", { name: "Reset my identity" }).click();
		await said(own, " 401");
		const opened = own.waitForEvent("popup");
		await own.getByRole("button", { name: "Go to your account" }).click();
		return opened;
	}

	test("by popup: signing in, approving and finishing, without the app being asked twice", async () => {
		const own = await world.chromium.window();
		const popup = await openPopup(own, "by popup");
		await heading(popup, "Sign in");
		await signIn(popup, "alice");
		await heading(popup, "Replace your digital identity?");
		assert.equal(new URL(popup.url()).origin, new URL(world.server.url).origin);
		await said(own, " 401", "nothing is said before the person has approved");
		await answer(popup, approveLabel);
		await said(own, " 401 authDone 200");
		await heading(popup, "Almost done: the app is finishing");
		await alice.finish("by popup");
		await heading(popup, "Your digital identity is replaced");
		assert.equal(await masterKey(alice), identityOf(alice.userId, "by popup").master.publicKey);
		assert.deepEqual(world.chromium.complaints(), []);
		await own.context().close();
	});

	test("refusing says nothing to the app, and its next try is refused", async () => {
		const own = await world.signedIn("alice");
		const popup = await openPopup(own, "refused");
		await answer(popup, refuseLabel);
		await heading(popup, "You refused");
		await said(own, " 401");
		assert.equal((await alice.upload("refused")).status, 403);
		assert.deepEqual(world.chromium.complaints(), []);
		await own.context().close();
	});

	for (const version of ["r0", "v3", "unstable"]) {
		for (const stage of ["m.oauth", "org.matrix.cross_signing_reset"]) {
			test(`by the fallback page: ${version}, ${stage}`, async () => {
				const name = `${version} ${stage}`;
				const own = await world.signedIn("alice");
				const path = `/_matrix/client/${version}/auth/${stage}/fallback/web`;
				const popup = await openPopup(own, name, path);
				await answer(popup, approveLabel);
				await said(own, " 401 authDone 200");
				assert.equal(await masterKey(alice), identityOf(alice.userId, name).master.publicKey);
				assert.deepEqual(world.chromium.complaints(), []);
				await own.context().close();
			});
		}
	}

	test("an app that shows the fallback page in a window of its own is called through onAuthDone", async () => {
		const { session } = await alice.ask("called back");
		const page = await world.signedIn("alice");
		const called = Promise.withResolvers<string>();
		await page.exposeFunction("onAuthDone", () => called.resolve("called"));
		const path = `_matrix/client/v3/auth/m.oauth/fallback/web?session=${session}`;
		await page.goto(`${world.server.url}${path}`);
		await heading(page, "Replace your digital identity?");
		const before = await Promise.race([called.promise, "not called"]);
		assert.equal(before, "not called", "nothing is called before the person has approved");
		await answer(page, approveLabel);
		assert.equal(await called.promise, "called");
		assert.equal((await alice.upload("called back", { session })).status, 200);
		await page.context().close();
	});

	test("a page without opener, approved, complains of nothing", async () => {
		const { url } = await alice.ask("alone");
		const page = await world.signedIn("alice");
		await page.goto(url);
		await answer(page, approveLabel);
		await heading(page, "Approved. Waiting for the app");
		assert.deepEqual(world.chromium.complaints(), []);
		await page.context().close();
	});
});

/** Waits until the app's log reads so. */
async function said(own: Page, log: string, why = "what the app has seen"): Promise<void> {
	const output = own.locator("#said");
	if (log.trim() !== "") await output.getByText(log.trim(), { exact: true }).waitFor();
	assert.equal(await output.textContent(), log, why);
}

async function masterKey(app: App): Promise<unknown> {
	const { body } = await app.call("POST", "keys/query", { device_keys: { [app.userId]: [] } });
	return Object.values(body.master_keys[app.userId].keys)[0];
}
