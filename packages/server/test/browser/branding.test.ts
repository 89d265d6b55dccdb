/** Pages under the name, the logo and the colour of whoever runs the server. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { type Chromium, launchChromium, needsChromium } from "../support/chromium.ts";
import { drawnLogo } from "../support/drawn-logo.ts";
import { lookAtAll } from "../support/look.ts";
import { password, type RunningServer, startServer } from "../support/server.ts";

const terms = { url: "https://example.org/terms", version: "1" };

describe("pages of an operator who has a name, a logo and a colour", needsChromium, () => {
	let server: RunningServer;
	let chromium: Chromium;

	before(async () => {
		const logo = { type: "image/png", bytes: drawnLogo(), version: "0a1b2c3d4e5f" } as const;
		const privacy = "https://example.org/privacy";
		const branding = { name: "Example Society", logo, accent: "#6a1b9a", privacy };
		server = await startServer({ branding, registration: { terms } });
		chromium = await launchChromium();
	});
	after(async () => {
		await chromium.close();
		await server.close();
	});

	test("can be read and used by everybody, in the colour that was set, by day and by night", async (t) => {
		const page = await chromium.window();
		const at = (path: string) => (it: Page) => it.goto(new URL(path, server.url).href);
		const open = async (it: Page) => {
			await it.getByLabel("User name").fill("alice");
			await it.getByLabel("Password").fill(password);
			await it.getByRole("checkbox").check();
			await it.getByRole("button", { name: "Create account" }).click();
		};
		const sights = [
			{ name: "branded-sign-in", title: "Sign in", open: at("/login") },
			{ name: "branded-register", title: "Create an account", open: at("/register") },
			{ name: "branded-home", title: "Your account", open },
			{ name: "branded-deactivate", title: "Deactivate your account?", open: at("/account/deactivate") },
		];
		await lookAtAll(t, chromium, { page, sights });
		await page.context().close();
	});

	test("show the logo from here, and name the policy beside the terms", async () => {
		const page = await chromium.window();
		await page.goto(`${server.url}login`);
		assert.equal(
			await page
				.locator("header img")
				.evaluate<number, { readonly naturalWidth: number }>((it) => it.naturalWidth),
			16,
		);
		assert.match((await page.locator("header").textContent()) ?? "", /Example Society · localhost/);
		assert.deepEqual(await page.locator("footer a").allInnerTexts(), ["Terms", "Privacy policy"]);
		assert.deepEqual(chromium.complaints(), []);
		await page.context().close();
	});
});
