/** A person who forgot their password, in a real browser: back by a letter, and without mail by the operator's link. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { type BrowserWorld, heading, openBrowserWorld } from "../support/browser-world.ts";
import { needsChromium } from "../support/chromium.ts";
import { addressOf } from "../support/forms-under-attack.ts";
import { passwordLink } from "../support/password-link.ts";

const next = "another battery staple";

describe("who forgot their password", needsChromium, () => {
	let world: BrowserWorld;
	before(async () => {
		world = await openBrowserWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	/** On the page to which a link leads. */
	async function choose(page: Page, localpart: string): Promise<void> {
		await page.getByLabel("New password").fill(next);
		await page.getByRole("button", { name: "Set password" }).click();
		await heading(page, "Your password is set");
		await page.getByRole("link", { name: "Sign in" }).click();
		assert.equal(await page.getByLabel("User name").inputValue(), localpart);
		await page.getByLabel("Password").fill(next);
		await page.getByRole("button", { name: "Sign in" }).click();
		await heading(page, "Your account");
		assert.deepEqual(world.chromium.complaints(), []);
		await page.context().close();
	}

	test("asks for a letter, and comes back by the link in it", async () => {
		await world.server.register("gina");
		const path = await addressOf(world.server, "gina");
		const address = decodeURIComponent(path.split("/").at(-1) ?? "");
		const page = await world.chromium.window();
		await page.goto(`${world.server.url}login`);
		await page.locator('a[href="/account/forgotten-password"]').click();
		await page.getByLabel("E-mail address or user name").fill(address);
		await page.getByRole("button", { name: "Send the link" }).click();
		await heading(page, "Look into your mail");
		const [letter] = await world.mails.lettersTo(address, 1, /^A new password/);
		const [link = assert.fail(letter?.mail.text)] =
			/http\S+\/account\/new-password\/\S+/.exec(letter?.mail.text ?? "") ?? [];
		await page.goto(link);
		await choose(page, "gina");
	});

	test("and has no address is handed a link by the operator", async () => {
		await world.server.register("hugo");
		const page = await world.chromium.window();
		await page.goto(new URL(await passwordLink(world.server, "hugo"), world.server.url).href);
		await choose(page, "hugo");
	});
});
