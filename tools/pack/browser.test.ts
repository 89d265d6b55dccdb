/** A web application with the packed client in its bundle, in a real browser, at a real server. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import {
	type BrowserWorld,
	openBrowserWorld,
	signIn,
} from "../../packages/server/test/support/browser-world.ts";
import { needsChromium } from "../../packages/server/test/support/chromium.ts";
import { createConsumer } from "./consumer.ts";
import { application, bundle, bundler, servePage } from "./page.ts";

const consumer = createConsumer();
after(() => consumer[Symbol.dispose]());

describe("a bundle", { skip: bundler.skip }, () => {
	const sizes: readonly (readonly [what: string, code: string, gzipped: number])[] = [
		["of an application that signs in", application, 7_600],
		[
			"with everything the client has",
			'import * as all from "@countersign/client";\nconsole.log(all);',
			27_800,
		],
		[
			"of one function",
			'import { createState } from "@countersign/client";\nconsole.log(createState());',
			200,
		],
		["that imports the client and uses nothing of it", 'import "@countersign/client";', 40],
	];
	for (const [index, [what, code, limit]] of sizes.entries()) {
		test(`${what} is no larger than ${limit} bytes`, async (t) => {
			const script = await bundle(consumer.write(`size-${index}.ts`, code));
			const bytes = gzipSync(script).byteLength;
			t.diagnostic(`${script.length} bytes, gzipped ${bytes}`);
			assert.ok(bytes <= limit, `${bytes} bytes`);
		});
	}
});

describe("an application in a page", { skip: bundler.skip || needsChromium.skip }, () => {
	let world: BrowserWorld;
	let app: Awaited<ReturnType<typeof servePage>>;

	before(async () => {
		world = await openBrowserWorld();
		await world.server.register("alice");
		app = await servePage(await bundle(consumer.write("app.ts", application)));
	});
	after(async () => {
		await app?.[Symbol.asyncDispose]();
		await world?.[Symbol.asyncDispose]();
	});

	const said = (page: Page, text: string | RegExp) => page.locator("#said", { hasText: text }).waitFor();

	/** Presses the button, and signs in as far as the question whether the app may. */
	async function start(page: Page): Promise<void> {
		await page.goto(`${app.url}/?server=${encodeURIComponent(world.server.url)}`);
		await page.getByRole("button", { name: "Sign in with Matrix" }).click();
		await page.waitForURL(`${world.server.url}**`);
		await page.getByRole("heading", { level: 1 }).waitFor();
		if ((await page.getByLabel("Password").count()) > 0) await signIn(page, "alice");
		await page.getByRole("button", { name: "Allow" }).waitFor();
	}
	const allow = (page: Page) => page.getByRole("button", { name: "Allow" }).click();
	const kept = (page: Page) => page.evaluate(() => Object.keys(sessionStorage));

	test("compiles as it stands", () => {
		const options = { module: "preserve", moduleResolution: "bundler", lib: ["es2022", "dom"], noEmit: true };
		assert.equal(consumer.compile({ ...options, target: "es2022" }, "app.ts"), "");
	});

	test("signs in, and leaves nothing in the address or the tab", async () => {
		const page = await world.chromium.window();
		await start(page);
		await allow(page);
		await said(page, /^@alice:localhost on [\w-]{16}$/);
		assert.equal(page.url(), `${app.url}/signed-in`);
		assert.deepEqual(await kept(page), []);
		await page.reload();
		await said(page, "nobody is signing in");
		assert.deepEqual(world.chromium.complaints(), []);
	});

	test("signs in in two tabs at once", async () => {
		const first = await world.chromium.window();
		await start(first);
		const second = await first.context().newPage();
		await start(second);
		await allow(first);
		await said(first, /^@alice/);
		await allow(second);
		await said(second, /^@alice/);
		assert.notEqual(await first.textContent("#said"), await second.textContent("#said"));
	});

	test("is reloaded while its code is exchanged, and signs in all the same", async () => {
		const page = await world.chromium.window();
		await start(page);
		let held = () => {};
		const isHeld = new Promise<void>((resolve) => {
			held = resolve;
		});
		await page.route("**/oauth2/token", () => held(), { times: 1 });
		await allow(page);
		await isHeld;
		assert.equal(page.url(), `${app.url}/signed-in`, "the answer is still in the address");
		await page.reload();
		await said(page, /^@alice/);
	});

	test("is reloaded after the server has answered, and signs in or says clearly that it has to begin again", async () => {
		const page = await world.chromium.window();
		await start(page);
		await page.route(
			"**/oauth2/token",
			async (route) => {
				await route.fetch();
				await route.abort();
			},
			{ times: 1 },
		);
		await allow(page);
		await said(page, "network");
		await page.reload();
		await said(page, "oauth-error invalid_grant");
		await page.reload();
		await said(page, "nobody is signing in");
	});

	test("takes no answer that it did not ask for, and none twice", async () => {
		const page = await world.chromium.window();
		await start(page);
		await page.goto(`${app.url}/signed-in#code=theirs&state=theirs`);
		await said(page, "state-mismatch");
		assert.equal(page.url(), `${app.url}/signed-in`);
		assert.deepEqual(await kept(page), ["countersign-login"], "somebody else's answer ended the sign-in");
		await page.goBack();
		await page.getByRole("button", { name: "Allow" }).waitFor();
		const answer = page.waitForResponse((response) => {
			return response.headers().location?.startsWith(app.url) === true;
		});
		await allow(page);
		const { location = "" } = (await answer).headers();
		await said(page, /^@alice/);
		await page.goto("about:blank");
		await page.goto(location);
		await said(page, "state-mismatch");
	});

	test("hears that the person refused, from the server that was asked", async () => {
		const page = await world.chromium.window();
		await start(page);
		await page
			.getByRole("button", { name: /Refuse|Do not allow|Deny|Cancel/ })
			.first()
			.click();
		await said(page, "oauth-error access_denied");
		assert.deepEqual(await kept(page), []);
	});
});
