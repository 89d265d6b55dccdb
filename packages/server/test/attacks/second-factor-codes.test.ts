/** One-time codes and recovery codes: seen by somebody else, tried in numbers, at two servers; and the way back with them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type CodeApp, makeRecoveryCodes, scan, setUpCodes } from "../support/codes.ts";
import type { FormBrowser, Page } from "../support/form-browser.ts";
import { password, type RunningServer, startServer } from "../support/server.ts";

const step = 30_000;

interface Setting extends AsyncDisposable {
	readonly server: RunningServer;
	readonly alice: FormBrowser;
	readonly app: CodeApp;
	now(): number;
	/** A code that is not right now. */
	wrong(): string;
	advance(ms: number): void;
	/** A browser in which the password was entered. */
	begin(): Promise<{ readonly browser: FormBrowser; readonly page: Page }>;
}

async function withCodes(): Promise<Setting> {
	let now = 1_800_000_000_000;
	const server = await startServer({ clock: () => now });
	const alice = await server.register("alice");
	const app = await setUpCodes(alice, now);
	return {
		...{ server, alice, app, now: () => now },
		wrong: () => `${(Number(app.at(now)) + 1) % 1_000_000}`.padStart(6, "0"),
		advance(ms) {
			now += ms;
		},
		async begin() {
			const browser = server.browser();
			const page = await browser.press(await browser.open("/login"), "Sign in", {
				username: "alice",
				password,
			});
			assert.equal(page.title, "One more step");
			return { browser, page };
		},
		[Symbol.asyncDispose]: () => server.close(),
	};
}

const where = async (browser: FormBrowser, page: Page, code: string) =>
	(await browser.press(page, "Continue", { code })).url.pathname;

/** Whoever knows the password tries as often as they may, beginning anew each time. */
async function useUp(it: Setting): Promise<void> {
	for (let nth = 0; nth < 5; nth++) {
		const { browser, page } = await it.begin();
		assert.equal((await browser.press(page, "Continue", { code: it.wrong() })).status, 403, `${nth}`);
	}
	const { browser, page } = await it.begin();
	assert.equal((await browser.press(page, "Continue", { code: it.wrong() })).status, 429);
}

describe("a one-time code", () => {
	test("is right a step before and after, and no further", async () => {
		await using it = await withCodes();
		it.advance(10 * step);
		const { browser, page } = await it.begin();
		for (const off of [-2, 2]) {
			const refused = await browser.press(page, "Continue", { code: it.app.at(it.now() + off * step) });
			assert.match(refused.text, /This code is not right, or was used before/, `${off}`);
		}
		assert.equal(await where(browser, page, it.app.at(it.now() - step)), "/account/");
		const next = await it.begin();
		const spaced = it.app.at(it.now() + step).replace(/^.../, "$& ");
		assert.equal(await where(next.browser, next.page, spaced), "/account/");
	});

	test("is good once, of twenty at once too, and none before it afterwards", async () => {
		await using it = await withCodes();
		it.advance(10 * step);
		const all = await Promise.all(Array.from({ length: 4 }, () => it.begin()));
		const code = it.app.at(it.now());
		const ends = await Promise.all(all.map(({ browser, page }) => where(browser, page, code)));
		assert.equal(ends.filter((path) => path === "/account/").length, 1);
		const late = await it.begin();
		for (const at of [it.now(), it.now() - step])
			assert.equal(await where(late.browser, late.page, it.app.at(at)), "/login/second");
	});

	test("that set the app up signs nobody in", async () => {
		await using it = await withCodes();
		const { browser, page } = await it.begin();
		assert.equal(await where(browser, page, it.app.at(it.now())), "/login/second");
	});

	test("is tried five times a minute, at all servers together and in whichever browser; the log says each", async () => {
		await using it = await withCodes();
		it.advance(10 * step);
		const [recovery = ""] = await makeRecoveryCodes(it.alice, { password, code: it.app.at(it.now()) });
		it.advance(10 * step);
		await useUp(it);
		const right = it.app.at(it.now());
		const other = await it.begin();
		assert.equal((await other.browser.press(other.page, "Continue", { code: right })).status, 429);
		const kinds = (await it.server.rows("security_events")).map(({ kind }) => kind);
		assert.equal(kinds.filter((kind) => kind === "code-refused").length, 5);
		// Whoever tries knows the password: its owner changes it all the same, and comes in.
		const form = await it.alice.open("/account/password");
		const filled = { current: password, password: `${password} 2`, code: right };
		assert.equal((await it.alice.press(form, "Change password", filled)).url.pathname, "/account/security");
		const browser = it.server.browser();
		const named = { username: "alice", password: filled.password };
		const page = await browser.press(await browser.open("/login"), "Sign in", named);
		assert.equal(await where(browser, page, recovery), "/account/");
	});

	test("is tried by somebody signed in five times a minute too, and by no new sign-in more", async () => {
		await using it = await withCodes();
		it.advance(10 * step);
		const press = async (code: string) =>
			it.alice.press(await it.alice.open("/account/sign-out-everywhere"), /^Sign out/, { password, code });
		for (let nth = 0; nth < 5; nth++) assert.equal((await press(it.wrong())).status, 403, `${nth}`);
		assert.equal((await press(it.app.at(it.now()))).status, 429);
		await useUp(it);
	});

	test("stands beside the password, and not in its place", async () => {
		await using it = await withCodes();
		it.advance(10 * step);
		const open = () => it.alice.open("/account/sign-out-everywhere");
		const code = it.app.at(it.now());
		for (const filled of [{ code }, { password }, { code, password: "not the right one" }])
			assert.ok([400, 403].includes((await it.alice.press(await open(), /^Sign out/, filled)).status));
		const done = await it.alice.press(await open(), /^Sign out/, { code, password });
		assert.equal(done.url.pathname, "/account/devices");
	});

	test("is of the secret that was shown in this browser, to who proved to be there, once", async () => {
		await using it = await withCodes();
		const bob = await it.server.register("bob");
		const begin = async (browser: FormBrowser) =>
			browser.press(await browser.open("/account/proofs/new-codes"), "Continue", { password });
		const shown = await begin(bob);
		const [mine, theirs] = [scan(shown), scan(await begin(bob))];
		const press = (page: Page, filled: Record<string, string>) => bob.press(page, "Use this app", filled);
		const foreign = /name="secret" value="([A-Z2-7]+)"/.exec((await begin(bob)).text)?.[1] ?? assert.fail();
		const swapped = await press(shown, { secret: foreign, code: theirs.at(it.now()) });
		assert.equal(swapped.title, "The app was not set up");
		const wrong = await press(shown, { code: "000000" });
		assert.match(wrong.text, /Enter the one that the app shows now/);
		assert.equal((await press(wrong, { code: mine.at(it.now()) })).url.pathname, "/account/proofs");
		const kept = await it.server.rows("one_time_codes");
		assert.equal(kept.length, 2);
		const again = () => press(shown, { code: mine.at(it.now()) });
		assert.equal((await again()).title, "Passkeys and codes", "sent twice it is told the same");
		it.advance(60_001);
		assert.equal((await again()).title, "The app was not set up");
		assert.deepEqual(await it.server.rows("one_time_codes"), kept);
	});

	test("is made of a secret that nobody reads out of the table", async () => {
		await using it = await withCodes();
		const bob = await it.server.register("bob");
		const page = await bob.press(await bob.open("/account/proofs/new-codes"), "Continue", { password });
		const [, secret = ""] = /name="secret" value="([A-Z2-7]+)"/.exec(page.text) ?? [];
		await bob.press(page, "Use this app", { code: scan(page).at(it.now()) });
		assert.ok(secret.length >= 32);
		assert.ok(!JSON.stringify(await it.server.rows("one_time_codes")).includes(secret));
	});
});

describe("a recovery code", () => {
	test("brings back who lost the phone, once each, however it is typed; new ones end the old", async () => {
		await using it = await withCodes();
		it.advance(10 * step);
		const codes = await makeRecoveryCodes(it.alice, { password, code: it.app.at(it.now()) });
		assert.equal(new Set(codes).size, 10);
		const [first = "", second = "", third = ""] = codes;
		const back = await it.begin();
		assert.equal(await where(back.browser, back.page, first), "/account/");
		assert.match((await back.browser.open("/account/proofs")).text, /You have 9 recovery codes left/);
		const again = await it.begin();
		assert.equal(await where(again.browser, again.page, first), "/login/second", "used");
		assert.equal(
			await where(again.browser, again.page, ` ${second.replaceAll("-", "").toUpperCase()} `),
			"/account/",
		);
		const removal = await back.browser.open("/account/proofs/remove-codes");
		const removed = await back.browser.press(removal, "Remove one-time codes", { password, code: third });
		assert.equal(removed.url.pathname, "/account/proofs");
		assert.equal((await it.server.signIn("alice")).cookies.get("countersign-sign-in"), undefined);
	});

	test("that was made and not seen, as where a form is sent twice to two servers, is not told as a wrong code", async () => {
		await using it = await withCodes();
		it.advance(10 * step);
		const page = await it.alice.open("/account/proofs/recovery-codes");
		const proof = { password, code: it.app.at(it.now()) };
		await it.alice.press(page, "Make ten codes", proof);
		// Another form, to this server: it remembers nothing of the first.
		const send = (more: Readonly<Record<string, string>>) =>
			it.alice.press(page, "Make ten codes", { ...proof, ...more });
		const again = await send({ other: "form" });
		assert.equal(again.status, 403);
		assert.match(again.text, /were made a moment ago.*make them again/);
		assert.match((await send({ password: "wrong horse battery" })).text, /This password is not right/);
		it.advance(2 * step + 1);
		assert.match((await send({ another: "form" })).text, /This code is not right, or was used before/);
		assert.equal((await makeRecoveryCodes(it.alice, { password, code: it.app.at(it.now()) })).length, 10);
	});

	test("is of one account, kept as a hash, and made only by who shows two factors", async () => {
		await using it = await withCodes();
		const page = await it.alice.open("/account/proofs/recovery-codes");
		assert.equal((await it.alice.press(page, "Make ten codes", { password })).status, 403);
		it.advance(10 * step);
		const [mine = ""] = await makeRecoveryCodes(it.alice, { password, code: it.app.at(it.now()) });
		const stored = JSON.stringify(await it.server.rows("recovery_codes"));
		assert.ok(!stored.includes(mine) && !stored.includes(mine.replaceAll("-", "")));
		const bob = await it.server.register("bob");
		const app = await setUpCodes(bob, it.now());
		assert.ok(app.at(it.now()).length === 6);
		const browser = it.server.browser();
		const second = await browser.press(await browser.open("/login"), "Sign in", {
			username: "bob",
			password,
		});
		assert.equal(await where(browser, second, mine), "/login/second");
		const own = await it.begin();
		assert.equal(await where(own.browser, own.page, mine), "/account/");
	});
});
