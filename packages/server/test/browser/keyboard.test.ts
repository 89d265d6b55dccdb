/** Without a pointer: signing in by passkey, approving with it, and coming back by a recovery code. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { plugIn } from "../support/authenticator.ts";
import { approveLabel, type BrowserWorld, heading, openBrowserWorld } from "../support/browser-world.ts";
import { needsChromium } from "../support/chromium.ts";
import { makeRecoveryCodes, setUpCodes } from "../support/codes.ts";
import { focusOn } from "../support/keyboard.ts";
import { password } from "../support/server.ts";

describe("with the keyboard alone", needsChromium, () => {
	let world: BrowserWorld;

	before(async () => {
		world = await openBrowserWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	const open = (page: Page, path: string) => page.goto(new URL(path, world.server.url).href);
	async function press(page: Page, name: RegExp): Promise<void> {
		await focusOn(page, name);
		await page.keyboard.press("Enter");
	}
	async function type(page: Page, label: RegExp, text: string): Promise<void> {
		await focusOn(page, label);
		await page.keyboard.type(text);
	}

	test("somebody who lost their phone comes back by a recovery code", async () => {
		const browser = await world.server.register("rose");
		const app = await setUpCodes(browser, Date.now());
		const code = app.at(Date.now() + 30_000);
		const [recovery = ""] = await makeRecoveryCodes(browser, { password, code });
		assert.equal(recovery.length, 29);
		const page = await world.chromium.window();
		await open(page, "/login");
		// The page gives it the focus by itself, a moment after it is there.
		await page.locator("input[name=username]:focus").waitFor();
		await page.keyboard.type("rose");
		await type(page, /^Password$/, password);
		await page.keyboard.press("Enter");
		await heading(page, "One more step");
		await type(page, /^One-time or recovery code$/, recovery);
		await page.keyboard.press("Enter");
		await heading(page, "Your account");
		await press(page, /^Passkeys and codes$/);
		await page.getByText("You have 9 recovery codes left.").waitFor();
		assert.deepEqual(world.chromium.complaints(), []);
		await page.context().close();
	});

	test("somebody makes a passkey, signs out, signs in with it and approves a reset with it", async () => {
		const phone = await world.person("alice");
		const page = await world.signedIn("alice");
		await plugIn(page);
		await open(page, "/account/proofs/new-passkey");
		await type(page, /^Name$/, "My phone");
		if ((await page.getByLabel("Your password").count()) > 0) await type(page, /^Your password$/, password);
		await press(page, /^Continue$/);
		await page.getByRole("button", { name: "Make the passkey" }).waitFor();
		await press(page, /^Make the passkey$/);
		await page.getByRole("link", { name: "My phone" }).waitFor();
		await open(page, "/account/");
		await press(page, /^Sign out of this browser$/);
		await page.waitForURL("**/login");
		await page.getByRole("button", { name: "Use a passkey" }).waitFor();
		await press(page, /^Use a passkey$/);
		await heading(page, "Your account");
		world.advance(5 * 60_000 + 1);
		await page.goto((await phone.ask("by keyboard")).url);
		await press(page, approveLabel);
		await heading(page, "Approved. Waiting for the app");
		assert.equal((await phone.upload("by keyboard")).status, 200);
		assert.deepEqual(world.chromium.complaints(), []);
		await page.context().close();
	});
});
