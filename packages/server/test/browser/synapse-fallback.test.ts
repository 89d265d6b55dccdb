/**
 * The fallback page of a homeserver on another origin than the account pages: an app that checks where the message
 * "done" comes from is told by that very origin, and by no other.
 * @see https://spec.matrix.org/v1.17/client-server-api/#fallback
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { listen } from "../../src/http/index.ts";
import { answer, approveLabel, heading, refuseLabel } from "../support/browser-world.ts";
import { type Chromium, launchChromium, needsChromium } from "../support/chromium.ts";
import { identityOf } from "../support/device-crypto.ts";
import { lastingPort } from "../support/lasting-port.ts";
import { type App, openResetWorld, password, type ResetWorld } from "../support/reset-world.ts";
import { startWebApp, type WebApp } from "../support/web-app.ts";

const fallback = "/_matrix/client/v3/auth/m.oauth/fallback/web";

describe("a homeserver on an origin of its own", needsChromium, () => {
	let world: ResetWorld;
	let homeserver: string;
	let publicBase: string;
	let chromium: Chromium;
	let webApp: WebApp;
	let alice: App;
	const open: (() => Promise<unknown>)[] = [];

	before(async () => {
		const port = await lastingPort();
		// One server under two names: two origins and, to a browser, two sites.
		publicBase = `http://localhost:${port}/`;
		homeserver = `http://127.0.0.1:${port}/`;
		world = await openResetWorld({ publicBase, homeserverBase: homeserver });
		open.push(() => world[Symbol.asyncDispose]());
		const socket = await listen({
			...{ host: "127.0.0.1", port, answer: world.parts.answer, raw: () => undefined },
			onError: (error) => assert.fail(String(error)),
		});
		assert.ok(socket.ok);
		open.push(() => socket.server.close(AbortSignal.abort()));
		chromium = await launchChromium();
		open.push(() => chromium.close());
		webApp = await startWebApp();
		open.push(() => webApp[Symbol.asyncDispose]());
		await world.register("alice");
		alice = await world.app("alice", { deviceId: "PHONEALICE", address: "127.0.0.1" });
		await alice.upload("first");
		world.advance(30 * 60_000);
	});
	after(async () => {
		for (const close of open.reverse()) await close();
	});

	/** The app's window, and the fallback page it opens because its keys are not taken. */
	async function openFallback(own: Page, identity: string): Promise<Page> {
		const { body: keys } = identityOf("@alice:localhost", identity);
		await own.goto("about:blank");
		await own.goto(webApp.address({ homeserver, accessToken: await alice.accessToken(), keys, fallback }));
		await own.getByRole("button", { name: "Reset my identity" }).click();
		await said(own, " 401");
		const opened = own.waitForEvent("popup");
		await own.getByRole("button", { name: "Go to your account" }).click();
		return opened;
	}

	async function signIn(popup: Page): Promise<void> {
		await heading(popup, "Sign in");
		assert.equal(originOf(popup), new URL(publicBase).origin);
		await popup.getByLabel("User name").fill("alice");
		await popup.getByLabel("Password").fill(password);
		await popup.getByRole("button", { name: "Sign in" }).click();
		await heading(popup, "Replace your digital identity?");
	}

	test("the visit goes to the account pages and ends where it began, which tells the app", async () => {
		const own = await chromium.window();
		const popup = await openFallback(own, "second");
		await signIn(popup);
		await said(own, " 401", "nothing is said before the person has approved");
		await answer(popup, approveLabel);
		await said(own, " 401 authDone 200");
		await heading(popup, "You approved");
		assert.equal(originOf(popup), new URL(homeserver).origin);
		await popup.getByRole("link", { name: /what becomes of your approval/ }).click();
		await heading(popup, "Almost done: the app is finishing");
		assert.equal(originOf(popup), new URL(publicBase).origin);
		await own.context().close();
		assert.deepEqual(chromium.complaints(), []);
	});

	test("without script the person comes back to that origin as well", async () => {
		const { body } = await alice.upload("third");
		const page = await chromium.window({ javaScriptEnabled: false });
		await page.goto(new URL(`${fallback}?session=${body.session}`, homeserver).href);
		await signIn(page);
		await answer(page, approveLabel);
		await heading(page, "You approved");
		assert.equal(originOf(page), new URL(homeserver).origin);
		assert.equal((await alice.upload("third")).status, 200);
		await page.context().close();
	});

	test("who was approved elsewhere meanwhile, and signs in only then, comes back too", async () => {
		const { body } = await alice.upload("fourth");
		const page = await chromium.window();
		await page.goto(new URL(`${fallback}?session=${body.session}`, homeserver).href);
		await heading(page, "Sign in");
		const other = world.browser();
		await other.submit(await other.get("/login"), { username: "alice", password });
		const { pathname } = new URL(body.params["m.oauth"].url);
		await other.submit(await other.get(pathname), { decision: "approve", password });
		await page.getByLabel("User name").fill("alice");
		await page.getByLabel("Password").fill(password);
		await page.getByRole("button", { name: "Sign in" }).click();
		await heading(page, "You approved");
		assert.equal(originOf(page), new URL(homeserver).origin);
		await page.context().close();
		assert.deepEqual(chromium.complaints(), []);
	});

	test("a refusal is told to nobody, and the page stays with the person", async () => {
		const own = await chromium.window();
		const popup = await openFallback(own, "fifth");
		await signIn(popup);
		await answer(popup, refuseLabel);
		await heading(popup, "You refused");
		assert.equal(originOf(popup), new URL(publicBase).origin);
		await popup.reload();
		await said(own, " 401");
		await own.context().close();
	});

	test("an approval taken back is not told at the fallback page any more", async () => {
		const { body } = await alice.upload("sixth");
		const browser = world.browser();
		await browser.submit(await browser.get("/login"), { username: "alice", password });
		const { pathname } = new URL(body.params["m.oauth"].url);
		await browser.submit(await browser.get(pathname), { decision: "approve", password });
		const told = async () => (await browser.get(`${fallback}?session=${body.session}`)).status;
		assert.equal(await told(), 200);
		await browser.submit(await browser.get(pathname), { decision: "deny" });
		assert.equal(await told(), 302);
	});
});

function originOf(page: Page): string {
	return new URL(page.url()).origin;
}

/** Waits until the app's log reads so. */
async function said(own: Page, log: string, why = "what the app has seen"): Promise<void> {
	const output = own.locator("#said");
	await output.getByText(log.trim(), { exact: true }).waitFor();
	assert.equal(await output.textContent(), log, why);
}
