/** Signing an app in through a real browser: the way back to the app is what policies of pages easily block. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { type Asks, askToSignIn } from "../support/asking-app.ts";
import { type BrowserWorld, heading, openBrowserWorld, signIn } from "../support/browser-world.ts";
import { needsChromium } from "../support/chromium.ts";
import { password } from "../support/server.ts";

describe("signing an app in with a browser", needsChromium, () => {
	let world: BrowserWorld;
	/** Where the app listens on the person's machine. */
	let loopback: Server;

	before(async () => {
		world = await openBrowserWorld();
		loopback = createServer((_, response) => {
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

	/** An app that listens on this machine. */
	function ask(asks: Asks = {}) {
		const { port } = loopback.address() as AddressInfo;
		return askToSignIn(world.server, { redirectUri: `http://127.0.0.1:${port}/callback`, ...asks });
	}

	for (const responseMode of ["query", "fragment"] as const) {
		for (const script of [true, false]) {
			test(`by ${responseMode}, ${script ? "with" : "without"} script: sign in, allow, and back`, async () => {
				await world.server.register(`${responseMode}${script ? "" : ".plain"}`);
				const app = await ask({ responseMode });
				const page = await world.chromium.window({ javaScriptEnabled: script });
				await page.goto(app.url);
				await signIn(page, `${responseMode}${script ? "" : ".plain"}`);
				await heading(page, "Let this app sign in?");
				await page.getByRole("button", { name: "Allow" }).click();
				await heading(page, "Back in the app");
				assert.ok((await app.exchange(page.url())).accessToken);
				assert.deepEqual(world.chromium.complaints(), []);
				await page.context().close();
			});
		}
	}

	test("an app that asks for a new account leads to registering, and back with it", async () => {
		const app = await ask({ prompt: "create" });
		const page = await world.chromium.window();
		await page.goto(app.url);
		await heading(page, "Create an account");
		await page.getByLabel("User name").fill("newcomer");
		await page.getByLabel("Password").fill(password);
		await page.getByRole("button", { name: "Create account" }).click();
		await heading(page, "Let this app sign in?");
		await page.getByRole("button", { name: "Allow" }).click();
		await heading(page, "Back in the app");
		assert.ok((await app.exchange(page.url())).accessToken);
		assert.deepEqual(world.chromium.complaints(), []);
		await page.context().close();
	});

	test("cancelling tells the app, and gives it nothing", async () => {
		await world.server.register("careful");
		const app = await ask();
		const page = await world.signedIn("careful");
		await page.goto(app.url);
		await page.getByRole("button", { name: "Cancel" }).click();
		await heading(page, "Back in the app");
		const back = new URL(page.url()).searchParams;
		assert.equal(back.get("error"), "access_denied");
		assert.equal(back.get("state"), app.state);
		assert.equal(back.get("code"), null);
		await page.context().close();
	});

	test("somebody else who sits at the browser can take over, and the app gets their account", async () => {
		await world.server.register("one");
		await world.server.register("other");
		const app = await ask();
		const page = await world.signedIn("one");
		await page.goto(app.url);
		await page.getByRole("button", { name: /another account/ }).click();
		await signIn(page, "other");
		await heading(page, "Let this app sign in?");
		await page.getByRole("button", { name: "Allow" }).click();
		await heading(page, "Back in the app");
		const { body } = await world.server.call(await app.exchange(page.url()), "GET", "account/whoami");
		assert.equal(body.user_id, "@other:localhost");
		assert.deepEqual(world.chromium.complaints(), []);
		await page.context().close();
	});
});
