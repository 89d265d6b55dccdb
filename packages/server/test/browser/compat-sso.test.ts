/** Signing in for an app of the older login API through a real browser, where policies of pages easily block the way back. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { heading, signIn } from "../support/browser-world.ts";
import { type Chromium, launchChromium, needsChromium } from "../support/chromium.ts";
import { clickTwice } from "../support/click-twice.ts";
import { type CompatWorld, openCompatWorld } from "../support/compat-world.ts";

describe("signing in through the browser, the older way", needsChromium, () => {
	let world: CompatWorld;
	let chromium: Chromium;
	/** The app: another origin, and another site. */
	let app: Server;
	/** What the app was told. */
	const told: string[] = [];

	before(async () => {
		world = await openCompatWorld();
		chromium = await launchChromium();
		app = createServer((request, response) => {
			told.push(request.url ?? "");
			response.writeHead(200, { "content-type": "text/html" });
			response.end('<!doctype html><link rel="icon" href="data:,"><h1>Back in the app</h1>');
		});
		await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
	});
	after(async () => {
		app.closeAllConnections();
		await new Promise((resolve) => app.close(resolve));
		await chromium.close();
		await world[Symbol.asyncDispose]();
	});

	const atApp = () => `http://127.0.0.1:${(app.address() as AddressInfo).port}/?room=1#/login`;
	const begin = (redirectUrl = atApp()) => {
		const query = new URLSearchParams({ redirectUrl });
		return new URL(`/_matrix/client/v3/login/sso/redirect?${query}`, world.server.url).href;
	};

	for (const script of [true, false]) {
		test(`${script ? "with" : "without"} script: sign in, continue, and back with a login token`, async () => {
			const page = await chromium.window({ javaScriptEnabled: script });
			await page.goto(begin());
			await signIn(page, "alice");
			await heading(page, "Continue to a program on this device?");
			await page.getByRole("button", { name: "Continue" }).click();
			await heading(page, "Back in the app");
			const back = new URL(page.url());
			assert.equal(back.searchParams.get("room"), "1");
			assert.equal(back.hash, "#/login");
			const body = { type: "m.login.token", token: back.searchParams.get("loginToken") };
			assert.equal((await world.ask("POST", "login", { body })).status, 200);
			assert.deepEqual(chromium.complaints(), []);
			await page.context().close();
		});
	}

	for (const label of ["Continue", "Cancel"]) {
		test(`a second click on ${label}, before the answer to the first is here, is told the same`, async () => {
			const page = await chromium.window();
			told.length = 0;
			await page.goto(begin());
			await signIn(page, "alice");
			await clickTwice(page, page.getByRole("button", { name: label }));
			await heading(page, label === "Continue" ? "Back in the app" : "Cancelled");
			assert.equal(new Set(told).size, label === "Continue" ? 1 : 0);
			if (label === "Continue") {
				const body = { type: "m.login.token", token: new URL(page.url()).searchParams.get("loginToken") };
				assert.equal((await world.ask("POST", "login", { body })).status, 200);
			}
			await page.context().close();
		});
	}

	test("as somebody else: the other person signs in, and is asked in their turn", async () => {
		const page = await chromium.window();
		await page.goto(begin());
		await signIn(page, "alice");
		await page.getByRole("button", { name: "Not you? Use another account" }).click();
		await heading(page, "Sign in");
		await signIn(page, "bob");
		await heading(page, "Continue to a program on this device?");
		await page.getByText("@bob:localhost").last().waitFor();
		await page.getByRole("button", { name: "Cancel" }).click();
		await heading(page, "Cancelled");
		assert.deepEqual(chromium.complaints(), []);
	});

	test("a second click for an app with an address of its own ends on a page that opens it, also after a reload", async () => {
		const page = await chromium.window();
		await page.goto(begin("org.example.app:/cb"));
		await signIn(page, "alice");
		await clickTwice(page, page.getByRole("button", { name: "Continue" }));
		await heading(page, "Allowed");
		const link = page.getByRole("link", { name: "Open the app" });
		const href = await link.getAttribute("href");
		assert.match(href ?? "", /^org\.example\.app:\/cb\?loginToken=[\w-]{43}$/);
		await page.reload();
		assert.equal(await link.getAttribute("href"), href);
		assert.equal(await page.getByRole("button").count(), 0);
		await page.context().close();
	});
});
