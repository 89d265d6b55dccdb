/** A company's person, who has no password here, in a browser: from the company's sign-in page to a replaced identity. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Page } from "playwright-core";
import { heading, openBrowserWorld } from "../support/browser-world.ts";
import { needsChromium } from "../support/chromium.ts";
import { signInThere, startUpstreamProvider } from "../support/upstream-provider.ts";

describe("signing in by another service, in a browser", needsChromium, () => {
	async function signInAtCompany(page: Page, name: string): Promise<void> {
		await heading(page, "Company");
		await page.getByLabel("Name").fill(name);
		await page.getByRole("button", { name: "Sign in at Company" }).click();
	}

	test("a new person gets an account, and links are shown on their page", async () => {
		await using provider = await startUpstreamProvider();
		await using world = await openBrowserWorld({ upstream: [provider.config()] });
		provider.serve(world.server.url);
		provider.people.set("s-1", {
			preferred_username: "dora",
			email: "dora@company.example",
			email_verified: true,
		});
		const page = await world.chromium.window();
		await page.goto(`${world.server.url}login?next=/account/links`);
		await page.getByRole("button", { name: "Sign in with Company" }).click();
		await signInAtCompany(page, "s-1");
		await heading(page, "Choose a name");
		await page.getByRole("button", { name: "Create account" }).click();
		await heading(page, "Signing in by other services");
		await page.getByText("as dora@company.example").waitFor();
	});

	test("who pressed the button twice is on the way once", async () => {
		await using provider = await startUpstreamProvider();
		await using world = await openBrowserWorld({ upstream: [provider.config()] });
		provider.serve(world.server.url);
		const page = await world.chromium.window();
		await page.goto(`${world.server.url}login`);
		await page.getByRole("button", { name: "Sign in with Company" }).dblclick();
		await signInAtCompany(page, "s-2");
		await heading(page, "Choose a name");
		await page.getByLabel("User name").fill("dora");
		await page.getByRole("button", { name: "Create account" }).dblclick();
		await heading(page, "Your account");
		assert.equal((await world.server.rows("accounts")).length, 1);
	});

	test("a person without a password replaces their identity, by signing in there anew", async () => {
		await using provider = await startUpstreamProvider();
		await using world = await openBrowserWorld({ upstream: [provider.config()] });
		const { server } = world;
		provider.serve(server.url);
		provider.people.set("s-1", { preferred_username: "dora" });
		provider.person = "s-1";
		const browser = server.browser();
		const going = await browser.press(await browser.open("/login"), "Sign in with Company");
		await browser.press(await browser.open((await signInThere(provider, going)).href), "Create account");
		const app = await world.app({ localpart: "dora", deviceId: "PHONEOFDORA", browser });
		assert.equal((await app.upload("first")).status, 200);
		await app.finish("first");
		provider.person = undefined;
		const { url } = await app.ask("second");

		const page = await world.chromium.window();
		await page.goto(url);
		await page.getByRole("button", { name: "Sign in with Company" }).click();
		await signInAtCompany(page, "s-1");
		const approve = page.getByRole("button", { name: /^Replace my digital identity$/ }).first();
		await approve.waitFor();
		// As if they had signed in long ago.
		await server.change("UPDATE browser_sessions SET proved_at = 1");
		await page.reload();
		await page.getByText("You are led to Company first").first().waitFor();
		await approve.click();
		await heading(page, "Confirm it is you");
		await page.getByRole("button", { name: "Confirm at Company" }).click();
		await signInAtCompany(page, "s-1");
		await approve.waitFor();
		assert.equal(await page.getByText("You are led to Company first").count(), 0);
		await approve.click();
		await page.getByText("Approved").first().waitFor();
		assert.equal((await app.upload("second")).status, 200);
	});
});
