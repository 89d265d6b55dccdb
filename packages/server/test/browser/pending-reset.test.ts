/** A reset that a web app keeps in IndexedDB, in a real browser: it outlives its tab, and two tabs do not run it at once. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { bundle, bundler, servePage } from "../../../../tools/pack/page.ts";
import {
	onlyKey,
	serverKinds,
	startServerOf,
	type TestHomeserver,
} from "../../../client/test/support/servers/index.ts";
import { type Chromium, launchChromium, needsChromium } from "../support/chromium.ts";
import { until } from "../support/until.ts";

const folderOf = (path: string) => JSON.stringify(join(import.meta.dirname, "../../../client", path));

/** What a page can be told; it says what it was shown, and how a reset ended. */
const application = `
import { indexedDbPendingStore, prepareIdentityReset, resumeIdentityReset } from ${folderOf("src/index.ts")};
import { openPlainApp } from ${folderOf("test/support/plain-app.ts")};

const store = indexedDbPendingStore("alice");
const said = (text) => { document.querySelector("#said").textContent = text; };
const ended = (run) => (said("begun"), run).then(({ masterKey }) => said("done " + masterKey), (error) => said("failed " + error.code));

window.begin = async (url, device) => {
	const app = await openPlainApp({ url, signIn: () => device });
	const parts = { ...app, store };
	const options = {
		saveRecoveryKey: async () => {},
		present: ({ url, checkNow }) => { window.checkNow = checkNow; said("shown " + url); },
	};
	window.prepare = () => ended(prepareIdentityReset(parts).then((reset) => reset.run(options)));
	window.resume = () => ended(resumeIdentityReset(parts).then((reset) => reset.run(options)));
};
window.kept = async () => {
	const open = indexedDB.open("alice");
	await new Promise((resolve) => { open.onsuccess = resolve; });
	const all = open.result.transaction("reset").objectStore("reset").getAll();
	await new Promise((resolve) => { all.onsuccess = resolve; });
	open.result.close();
	const key = all.result.find((one) => one instanceof CryptoKey);
	const { sealed } = all.result.find((one) => !(one instanceof CryptoKey)) ?? {};
	return { count: all.result.length, extractable: key?.extractable, text: sealed && new TextDecoder().decode(sealed) };
};
said("ready");
`;

interface Told {
	begin(url: string, device: object): Promise<void>;
	prepare(): void;
	resume(): void;
	checkNow(): void;
	kept(): Promise<{ readonly count: number; readonly extractable?: boolean; readonly text?: string }>;
}

describe("a reset kept in IndexedDB", { skip: needsChromium.skip || bundler.skip }, () => {
	let chromium: Chromium;
	let server: TestHomeserver;
	let app: Awaited<ReturnType<typeof servePage>>;

	before(async () => {
		const folder = await mkdtemp(join(tmpdir(), "countersign-page-"));
		const entry = join(folder, "app.ts");
		await writeFile(entry, application);
		app = await servePage(await bundle(entry));
		await rm(folder, { recursive: true });
		const [kind] = serverKinds;
		assert.ok(kind);
		server = await startServerOf(kind);
		chromium = await launchChromium();
	});
	after(async () => {
		await chromium?.close();
		await server?.[Symbol.asyncDispose]();
		await app?.[Symbol.asyncDispose]();
	});

	const told = (page: Page, what: "prepare" | "resume" | "checkNow") =>
		page.evaluate((name) => void (globalThis as unknown as Told)[name](), what);
	const says = async (page: Page, pattern: RegExp) => {
		const place = page.locator("#said");
		await place
			.filter({ hasText: pattern })
			.waitFor()
			.catch(async (cause: unknown) => {
				throw new Error(`expected ${pattern}, the page says: ${await place.textContent()}`, { cause });
			});
		return (await place.textContent()) ?? "";
	};

	test("outlives its tab, unreadable, and is run by one tab at a time", async () => {
		const first = await chromium.window();
		const device = server.signIn();
		const open = async (page: Page) => {
			await page.goto(app.url);
			await says(page, /^ready$/);
			await page.evaluate(
				([url, device]) => (globalThis as unknown as Told).begin(url as string, device as object),
				[server.url, device] as const,
			);
		};
		await open(first);
		await told(first, "prepare");
		const identity = await says(first, /^done /);
		await told(first, "prepare");
		const [, page = ""] = (await says(first, /^shown /)).split(" ");

		const { count, extractable, text } = await first.evaluate(() => (globalThis as unknown as Told).kept());
		assert.deepEqual([count, extractable], [2, false]);
		assert.doesNotMatch(text ?? "", /alice|master|secret/);

		const second = await first.context().newPage();
		await open(second);
		await told(second, "prepare");
		await says(second, /^failed already-running$/);
		assert.equal(`done ${onlyKey(server.account.identity.get("master"))}`, identity);

		await first.close();
		// A tab that is closed keeps its lock until the browser has taken it down, and a moment longer than the browser says.
		await until(async () => {
			await told(second, "resume");
			return !(await says(second, /^shown |^failed already-running$/)).startsWith("failed");
		});
		assert.equal(await says(second, /^shown /), `shown ${page}`);
		await server.approve(page);
		await told(second, "checkNow");
		const done = await says(second, /^done /);
		assert.notEqual(done, identity);
		assert.equal(done, `done ${onlyKey(server.account.identity.get("master"))}`);
		assert.equal((await second.evaluate(() => (globalThis as unknown as Told).kept())).count, 0);
		// The homeserver answers a challenge with 401; nothing else is amiss.
		assert.deepEqual(chromium.complaints(), []);
	});
});
