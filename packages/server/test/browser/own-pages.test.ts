/** Name, browsers and log, kept in order without script and with the keyboard alone. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { type BrowserWorld, heading, openBrowserWorld } from "../support/browser-world.ts";
import { desk, needsChromium } from "../support/chromium.ts";
import { focusOn } from "../support/keyboard.ts";
import { password } from "../support/server.ts";

describe("a person's own pages in a browser", needsChromium, () => {
	let world: BrowserWorld;

	before(async () => {
		world = await openBrowserWorld();
		await world.person("alice");
	});
	after(() => world[Symbol.asyncDispose]());

	const follow = (page: Page, name: string | RegExp) => page.getByRole("link", { name }).click();
	const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).click();

	for (const [name, options] of [
		["at 390 px without script", { javaScriptEnabled: false }],
		["on a desk without script", { javaScriptEnabled: false, viewport: desk }],
	] as const) {
		test(`the display name ${name}`, async () => {
			const page = await world.signedIn("alice", options);
			await follow(page, "Display name");
			await heading(page, "Display name");
			await page.getByLabel("Display name").fill(`Alice ${name}`);
			await press(page, "Save");
			await heading(page, "Your account");
			await page.getByText(`Alice ${name}`).waitFor();
			assert.deepEqual(world.chromium.complaints(), []);
			await page.context().close();
		});

		test(`other browsers ${name}: one, then all`, async () => {
			const others = await Promise.all([1, 2, 3].map(() => world.signedIn("alice")));
			const page = await world.signedIn("alice", options);
			world.advance(5 * 60_000 + 1);
			await follow(page, "Browsers");
			await heading(page, "Browsers");
			await page.locator("main .rows a").first().click();
			await heading(page, "Sign out this browser?");
			await page.getByLabel("Your password").fill(password);
			await press(page, "Sign out");
			await heading(page, "Browsers");
			await follow(page, "Sign out all other browsers");
			await press(page, "Sign out the others");
			await heading(page, "Browsers");
			await page.getByText("You are signed in nowhere else.").waitFor();
			for (const other of others) {
				await other.reload();
				await heading(other, "Sign in");
				await other.context().close();
			}
			assert.deepEqual(world.chromium.complaints(), []);
			await page.context().close();
		});

		test(`the log ${name}: narrowed, and wide again`, async () => {
			const page = await world.signedIn("alice", options);
			await follow(page, "Security log");
			await page.getByText("Show only a part").click();
			await page.getByLabel("What happened").selectOption("Digital identity");
			await press(page, "Show");
			await page.waitForURL(/kind=identity/);
			await page.getByText("Your digital identity was set up").waitFor();
			assert.equal(await page.getByText("Signed in on this site").count(), 0);
			await follow(page, "Show everything");
			await page.getByText("Signed in on this site").first().waitFor();
			assert.deepEqual(world.chromium.complaints(), []);
			await page.context().close();
		});
	}

	test("a password that was typed can be looked at, with the keyboard too, and is hidden again when it is sent", async () => {
		const page = await world.signedIn("alice");
		await page.goto(`${world.server.url}account/password`);
		const field = page.getByLabel("New password");
		const show = page.locator("button[aria-controls=password]");
		await field.fill("qwertyuiop");
		assert.equal(await field.getAttribute("type"), "password");
		await field.press("Tab");
		await page.keyboard.press("Space");
		assert.deepEqual(
			[await field.getAttribute("type"), await show.getAttribute("aria-pressed")],
			["text", "true"],
		);
		assert.equal(await page.getByLabel("Current password").getAttribute("type"), "password");
		await page.keyboard.press("Space");
		assert.deepEqual(
			[await field.getAttribute("type"), await show.getAttribute("aria-pressed")],
			["password", "false"],
		);
		await show.click();
		await page.getByLabel("Current password").fill(password);
		const stays = "event => event.preventDefault()";
		await page.evaluate(`document.getElementById("password").form.addEventListener("submit", ${stays})`);
		await field.press("Enter");
		assert.equal(await field.getAttribute("type"), "password");
		assert.deepEqual(world.chromium.complaints(), []);
		await page.context().close();
	});

	test("without script there is no button that would do nothing", async () => {
		const page = await world.signedIn("alice", { javaScriptEnabled: false });
		await page.goto(`${world.server.url}account/password`);
		assert.equal(await page.locator("button[aria-controls=password]").isVisible(), false);
		await page.context().close();
	});

	test("with the keyboard alone: the name, another browser, the log", async () => {
		const other = await world.signedIn("alice");
		const page = await world.signedIn("alice");
		world.advance(5 * 60_000 + 1);
		await choose(page, /^Display name$/, "Display name");
		await focusOn(page, /^Display name$/);
		await page.keyboard.press("ControlOrMeta+A");
		await page.keyboard.type("Typed Alice");
		await page.keyboard.press("Enter");
		await heading(page, "Your account");
		await page.getByText("Typed Alice").waitFor();
		await choose(page, /^Browsers$/, "Browsers");
		await choose(page, /^Sign out all other browsers$/, "Sign out all other browsers?");
		await focusOn(page, /^Your password$/);
		await page.keyboard.type(password);
		await choose(page, /^Sign out the others$/, "Browsers");
		await page.getByText("You are signed in nowhere else.").waitFor();
		await choose(page, /^Back$/, "Your account");
		await choose(page, /^Security log$/, "Security log");
		await focusOn(page, /^Show only a part$/);
		await page.keyboard.press("Enter");
		await focusOn(page, /^What happened/);
		await page.keyboard.type("Digi");
		await choose(page, /^Show$/, "Security log");
		await page.waitForURL(/kind=identity/);
		await page.getByText("Your digital identity was set up").waitFor();
		await other.reload();
		await heading(other, "Sign in");
		assert.deepEqual(world.chromium.complaints(), []);
		for (const window of [page, other]) await window.context().close();
	});
});

/** Goes there with the Tab key and presses Enter, which leads to the page of that heading. */
async function choose(page: Page, name: RegExp, title: string): Promise<void> {
	await focusOn(page, name);
	await page.keyboard.press("Enter");
	await heading(page, title);
}
