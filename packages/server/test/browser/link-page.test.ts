/** Signing in another device, as a person meets it: without script, on a phone and on a desk. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type BrowserWorld, heading, openBrowserWorld, signIn } from "../support/browser-world.ts";
import { desk, needsChromium } from "../support/chromium.ts";
import { waitingDevice } from "../support/device-grant.ts";

describe("the page for the code of another device", needsChromium, () => {
	let world: BrowserWorld;

	before(async () => {
		world = await openBrowserWorld();
		await world.server.register("alice");
	});
	after(() => world[Symbol.asyncDispose]());

	for (const [name, options] of [
		["at 390 px", {}],
		["at 390 px without script", { javaScriptEnabled: false }],
		["on a desk without script", { javaScriptEnabled: false, viewport: desk }],
	] as const) {
		test(`the whole way ${name}`, async () => {
			const device = await waitingDevice(world.server);
			const page = await world.chromium.window(options);
			await page.goto(`${world.server.url}link?code=${device.userCode}`);
			await heading(page, "Sign in");
			await signIn(page, "alice");
			await heading(page, "Sign in another device");
			await page.getByRole("button", { name: "Continue" }).click();
			await heading(page, "Let this device sign in?");
			const allow = page.getByRole("button", { name: "Allow" });
			await allow.click();
			await heading(page, "Let this device sign in?");
			assert.equal((await device.poll()).body.error, "authorization_pending", "the box is not ticked");
			await page.getByLabel("I started this on my other device, just now").check();
			await allow.click();
			await heading(page, "Allowed. Go back to your device");
			assert.equal((await device.poll()).status, 200);
			await page.reload();
			await heading(page, "Your device is signed in");
			assert.deepEqual(world.chromium.complaints(), []);
			await page.context().close();
		});
	}

	test("refusing needs neither tick nor password, and the keyboard is enough", async () => {
		const device = await waitingDevice(world.server);
		const page = await world.signedIn("alice");
		world.advance(6 * 60_000);
		await page.goto(`${world.server.url}link`);
		await page.locator("input:focus").waitFor();
		await page.keyboard.type(device.userCode.toLowerCase());
		await page.keyboard.press("Enter");
		await heading(page, "Let this device sign in?");
		await page.getByRole("button", { name: /refuse$/ }).focus();
		await page.keyboard.press("Enter");
		await heading(page, "Refused");
		assert.equal((await device.poll()).body.error, "access_denied");
		await page.context().close();
	});
});
