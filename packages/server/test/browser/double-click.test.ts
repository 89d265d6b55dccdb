/** Every form that does something once, with its button double-clicked: the browser drops the first answer for the second. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { askToSignIn } from "../support/asking-app.ts";
import { type BrowserWorld, heading, openBrowserWorld } from "../support/browser-world.ts";
import { needsChromium } from "../support/chromium.ts";
import { waitingDevice } from "../support/device-grant.ts";
import { beginFlow } from "../support/oauth-flow.ts";
import { passwordLink } from "../support/password-link.ts";
import { password } from "../support/server.ts";

describe("a double click in a browser", needsChromium, () => {
	let world: BrowserWorld;
	/** Where an app listens on the person's machine; what it was told. */
	let loopback: Server;
	const told: string[] = [];

	before(async () => {
		world = await openBrowserWorld();
		loopback = createServer((request, response) => {
			told.push(request.url ?? "");
			response.writeHead(200, { "content-type": "text/html" });
			response.end('<!doctype html><link rel="icon" href="data:,"><h1>Back in the app</h1>');
		});
		await new Promise<void>((resolve) => loopback.listen(0, "127.0.0.1", resolve));
	});
	after(async () => {
		loopback.closeAllConnections();
		await new Promise((resolve) => loopback.close(resolve));
		await world[Symbol.asyncDispose]();
	});

	/** A window in which somebody new is signed in, at this page. */
	async function at(name: string, path: string): Promise<Page> {
		await world.server.register(name);
		const page = await world.signedIn(name);
		await page.goto(new URL(path, world.server.url).href);
		return page;
	}

	const doubleClick = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).dblclick();
	const address = () => `http://127.0.0.1:${(loopback.address() as AddressInfo).port}/callback`;

	for (const [label, name] of [
		["Allow", "code"],
		["Cancel", "error"],
	] as const) {
		test(`on ${label} reaches a program on this device, ten times of ten, and it is told one thing`, async () => {
			for (let time = 0; time < 10; time++) {
				told.length = 0;
				const app = await askToSignIn(world.server, { redirectUri: address() });
				const page = await at(`${name}${time}`, app.url);
				await doubleClick(page, label);
				await heading(page, "Back in the app");
				assert.equal(new Set(told).size, 1);
				assert.ok(new URL(page.url()).searchParams.has(name));
				if (label === "Allow") assert.ok((await app.exchange(page.url())).accessToken);
				await page.context().close();
			}
		});
	}

	test("on Allow ends on a page that opens the app and asks no more, also after a reload", async () => {
		const redirect = "example.app:/cb";
		const flow = await beginFlow(world.server, { redirect_uri: redirect }, { redirect_uris: [redirect] });
		const page = await at("native", flow.url);
		await doubleClick(page, "Allow");
		await heading(page, "Allowed");
		const link = page.getByRole("link", { name: "Open the app" });
		const href = await link.getAttribute("href");
		assert.match(href ?? "", /^example\.app:\/cb\?code=[\w-]{43}&state=state-of-the-app&iss=/);
		await page.reload();
		assert.equal(await link.getAttribute("href"), href);
		assert.equal(await page.getByRole("button").count(), 0);
		await page.context().close();
	});

	test("on the answers to a device's code", async () => {
		for (const [label, title] of [
			["Allow", "Allowed. Go back to your device"],
			[/refuse$/, "Refused"],
		] as const) {
			const name = `link${title.length}`;
			const page = await at(name, "/link");
			await page.locator("input:focus").waitFor();
			await page.keyboard.type((await waitingDevice(world.server)).userCode);
			await page.keyboard.press("Enter");
			const own = page.getByLabel("I started this on my other device, just now");
			await own.waitFor();
			if (label === "Allow") await own.check();
			await doubleClick(page, label);
			await heading(page, title);
			await page.context().close();
		}
	});

	test("on the answers to another identity", async () => {
		for (const [label, title] of [
			[/^Replace my digital identity$/, "Approved. Waiting for the app"],
			[/refuse$/, /^Refused|^You refused/],
		] as const) {
			const name = `reset${String(title).length}`;
			const app = await world.person(name);
			const { url } = await app.ask("second");
			const page = await world.signedIn(name);
			await page.goto(url);
			const form = page.locator("form", { has: page.getByRole("button", { name: label }) }).first();
			const field = form.getByLabel("Your password");
			if ((await field.count()) > 0) await field.fill(password);
			await form.getByRole("button", { name: label }).dblclick();
			await heading(page, title);
			await page.context().close();
		}
	});

	test("on letting an app read a removed key backup, and on deleting it", async () => {
		const app = await world.person("keeping");
		const algorithm = "m.megolm_backup.v1.curve25519-aes-sha2";
		const made = { algorithm, auth_data: { public_key: "abc", signatures: {} } };
		// One is given up for another.
		for (const [method, path] of [
			["POST", "room_keys/version"],
			["DELETE", "room_keys/version/1"],
			["POST", "room_keys/version"],
		] as const)
			assert.equal((await app.call(method, path, method === "POST" ? made : undefined)).status, 200);
		const page = await world.signedIn("keeping");
		await page.getByRole("link", { name: "Removed key backup" }).click();
		await page.getByRole("radio").check();
		await doubleClick(page, "Let it read for ten minutes");
		await page.getByText("An app can read it now").waitFor();
		await doubleClick(page, "Delete now");
		await page.getByText("Nothing is kept").waitFor();
		await page.context().close();
	});

	test("on a new password", async () => {
		const page = await at("changing", "/account/password");
		const [current, next] = [page.locator("[name=current]"), page.locator("[name=password]")];
		await current.fill(password);
		await next.fill("another correct horse battery");
		await doubleClick(page, /password/i);
		await page.waitForURL("**/account/security");
		await page.context().close();
	});

	test("on a password that a link sets", async () => {
		await world.server.register("linked");
		const page = await world.chromium.window();
		await page.goto(new URL(await passwordLink(world.server, "linked"), world.server.url).href);
		await page.getByLabel("New password").fill("another correct horse battery");
		await doubleClick(page, "Set password");
		await heading(page, "Your password is set");
		await page.context().close();
	});

	test("on signing out of this browser, everywhere, and closing the account", async () => {
		const leaving = await at("leaving", "/account/");
		await doubleClick(leaving, /Sign out of this browser/);
		await heading(leaving, "Sign in");
		const everywhere = await at("everywhere", "/account/sign-out-everywhere");
		await doubleClick(everywhere, /^Sign out everywhere/);
		await everywhere.waitForURL("**/account/devices");
		const closing = await at("closing", "/account/deactivate");
		await closing.locator("[name=username]").fill("closing");
		await closing.locator("[name=password]").fill(password);
		await doubleClick(closing, /deactivate|close/i);
		await heading(closing, /closed/i);
		for (const page of [leaving, everywhere, closing]) await page.context().close();
	});

	test("on making an account, and on signing in", async () => {
		const page = await world.chromium.window();
		await page.goto(`${world.server.url}register?next=/account/profile`);
		await page.getByLabel("User name").fill("newcomer");
		await page.getByLabel("Password").fill(password);
		await doubleClick(page, "Create account");
		await page.waitForURL("**/account/profile");
		const again = await world.chromium.window();
		await again.goto(`${world.server.url}login?next=/account/profile`);
		await again.getByLabel("User name").fill("newcomer");
		await again.getByLabel("Password").fill(password);
		await doubleClick(again, "Sign in");
		await again.waitForURL("**/account/profile");
		for (const each of [page, again]) await each.context().close();
	});
});
