/** Passkeys of other origins and other people, answers used twice, and thieves who have a browser session or a password. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FormBrowser, Page } from "../support/form-browser.ts";
import { password, type RunningServer, startServer } from "../support/server.ts";
import {
	addPasskey,
	askedOn,
	type Lies,
	type SoftwarePasskey,
	softwarePasskey,
} from "../support/software-passkey.ts";

interface Setting extends AsyncDisposable {
	readonly server: RunningServer;
	/** Where alice is signed in, who has the passkey. */
	readonly alice: FormBrowser;
	readonly passkey: SoftwarePasskey;
	advance(ms: number): void;
}

async function withPasskey(): Promise<Setting> {
	let ahead = 0;
	const server = await startServer({ clock: () => Date.now() + ahead });
	const alice = await server.register("alice");
	const passkey = await addPasskey(alice, { base: server.url });
	const advance = (ms: number) => {
		ahead += ms;
	};
	return { server, alice, passkey, advance, [Symbol.asyncDispose]: () => server.close() };
}

const signIn = (browser: FormBrowser, page: Page, passkey: string) =>
	browser.press(page, "Use a passkey", { passkey });

async function sessions({ server }: Setting): Promise<number> {
	return (await server.rows("browser_sessions")).length;
}

async function kinds({ server }: Setting): Promise<readonly unknown[]> {
	return (await server.rows("security_events")).map(({ kind }) => kind);
}

describe("signing in with a passkey", () => {
	test("takes its own answer to this page's question, at this origin, its owner verified", async () => {
		await using it = await withPasskey();
		const browser = it.server.browser();
		const before = await sessions(it);
		const elsewhere = askedOn(await it.server.browser().open("/login")).options.challenge;
		const lies: Readonly<Record<string, Lies>> = {
			"another origin": { origin: "https://evil.example" },
			"another port": { origin: "http://localhost:1" },
			"another relying party": { host: "evil.example" },
			"another browser's question": { challenge: elsewhere },
			"no question of ours": { challenge: "A".repeat(75) },
			"an owner who was not verified": { userVerified: false },
			"another account's name": { userHandle: Buffer.from("somebody").toString("base64url") },
			"nobody's credential": { credentialId: "AAAA" },
			"the making of one": { type: "webauthn.create" },
		};
		for (const [what, lie] of Object.entries(lies)) {
			const page = await browser.open("/login");
			const answer = await signIn(browser, page, it.passkey.answer(page, lie));
			assert.deepEqual([answer.status, answer.title], [403, "You are not signed in"], what);
		}
		const page = await browser.open("/login");
		for (const text of [
			"",
			"{}",
			"null",
			"[",
			'{"id":1}',
			`{"id":"${it.passkey.credentialId}","response":{}}`,
		])
			assert.equal((await signIn(browser, page, text)).status, 403, text);
		assert.equal((await signIn(browser, page, softwarePasskey(it.server.url).answer(page))).status, 403);
		assert.equal(await sessions(it), before);
		const own = await signIn(browser, page, it.passkey.answer(page));
		assert.deepEqual([own.status, own.url.pathname], [200, "/account/"]);
		assert.equal(await sessions(it), before + 1);
	});

	test("is tried sixty times a minute from one address when it is wrong, and who is right is not counted", async () => {
		await using it = await withPasskey();
		const browser = it.server.browser();
		const own = async () => {
			const other = it.server.browser();
			const page = await other.open("/login");
			return (await signIn(other, page, it.passkey.answer(page))).status;
		};
		assert.equal(await own(), 200);
		const page = await browser.open("/login");
		// Each another form, or they would be one that is sent twice.
		const wrong = async (nth: number) =>
			(await signIn(browser, page, JSON.stringify({ id: `${nth}` }))).status;
		for (let nth = 0; nth < 60; nth++) assert.equal(await wrong(nth), 403, `${nth}`);
		assert.equal(await wrong(60), 429);
		assert.equal(await own(), 429);
		// Whoever is signed in is not kept from anything by that.
		const form = await it.alice.open("/account/sign-out-everywhere");
		const done = await it.alice.press(form, /^Sign out/, { passkey: it.passkey.answer(form) });
		assert.equal(done.status, 200);
	});

	test("an answer is good once, of twenty at once too, and for an hour", async () => {
		await using it = await withPasskey();
		const browser = it.server.browser();
		const page = await browser.open("/login");
		const before = await sessions(it);
		const passkey = it.passkey.answer(page);
		const form = page.forms.find(({ action }) => action === "/login/passkey") ?? assert.fail();
		const cookie = browser.cookies.headerFor(new URL(it.server.url));
		// Each another form, or they would be one that is sent twice.
		const send = (nth: number) =>
			fetch(`${it.server.url}login/passkey`, {
				method: "POST",
				body: new URLSearchParams({ ...form.fields, passkey, nth: `${nth}` }),
				headers: { cookie },
				redirect: "manual",
			});
		const answers = await Promise.all(Array.from({ length: 20 }, (_, nth) => send(nth)));
		const won = answers.findIndex(({ status }) => status === 303);
		assert.equal(answers.filter(({ status }) => status === 303).length, 1);
		assert.equal((await send(20)).status, 403);
		// Of two servers, to which the proxy leads in turn, the one that said it says it again.
		const told = [await send(won), await send(won)].map(({ headers }) => headers.getSetCookie());
		const said = answers[won]?.headers.getSetCookie() ?? [];
		assert.equal(said.length, 1);
		assert.ok(told.some((cookies) => cookies.join() === said.join()));
		it.advance(15_001);
		assert.equal((await send(won)).status, 403);
		assert.equal(await sessions(it), before + 1);
		const late = await browser.open("/account/");
		assert.equal(late.url.pathname, "/login", "nobody was signed in in this browser itself");
		const again = await browser.open("/login");
		const held = it.passkey.answer(again);
		it.advance(60 * 60_000);
		const answer = await signIn(browser, again, held);
		assert.match(answer.text, /The page was open for too long/);
	});

	test("one whose counter goes back was copied: it is refused, and its person's log says so", async () => {
		await using it = await withPasskey();
		const browser = it.server.browser();
		const enter = async (counter: number) => {
			const page = await browser.open("/login");
			return signIn(browser, page, it.passkey.answer(page, { counter }));
		};
		assert.equal((await enter(50)).url.pathname, "/account/");
		await browser.press(await browser.open("/account/"), /sign out/i);
		for (const counter of [50, 49, 1, 0]) {
			const answer = await enter(counter);
			assert.match(answer.text, /seems to have been copied/, `${counter}`);
		}
		assert.equal((await kinds(it)).filter((kind) => kind === "passkey-copied").length, 4);
		assert.equal((await enter(51)).url.pathname, "/account/");
	});
});

describe("who knows the password, and has no passkey,", () => {
	test("is signed in nowhere, and asked for the passkey of this account", async () => {
		await using it = await withPasskey();
		const before = await sessions(it);
		const thief = it.server.browser();
		const second = await thief.press(await thief.open("/login"), "Sign in", { username: "alice", password });
		assert.deepEqual([second.url.pathname, second.title], ["/login/second", "One more step"]);
		assert.equal((await thief.open("/account/")).url.pathname, "/login");
		const mallory = await it.server.register("mallory");
		const theirs = await addPasskey(mallory, { base: it.server.url });
		for (const passkey of ["", theirs.answer(second), softwarePasskey(it.server.url).answer(second)])
			assert.equal((await thief.press(second, "Continue", { passkey })).status, 403);
		const strangers = askedOn(await thief.open("/login")).options.challenge;
		const page = await thief.open("/login/second");
		const moved = it.passkey.answer(page, { challenge: strangers });
		assert.equal(
			(await thief.press(page, "Continue", { passkey: moved })).status,
			403,
			"another page's question",
		);
		assert.equal(await sessions(it), before + 1, "mallory's own");
		const right = await thief.press(page, "Continue", { passkey: it.passkey.answer(page) });
		assert.equal(right.url.pathname, "/account/");
	});

	test("has ten minutes for the second step, and none after everybody was thrown out", async () => {
		await using it = await withPasskey();
		const begin = async () => {
			const browser = it.server.browser();
			const page = await browser.press(await browser.open("/login"), "Sign in", {
				username: "alice",
				password,
			});
			return { browser, page };
		};
		const late = await begin();
		it.advance(10 * 60_000);
		const passkey = it.passkey.answer(late.page);
		assert.equal((await late.browser.press(late.page, "Continue", { passkey })).url.pathname, "/login");
		const thrownOut = await begin();
		await it.server.change("UPDATE accounts SET generation = generation + 1 WHERE localpart = 'alice'");
		const answer = it.passkey.answer(thrownOut.page);
		const refused = await thrownOut.browser.press(thrownOut.page, "Continue", { passkey: answer });
		assert.equal(refused.url.pathname, "/login");
		assert.equal((await refused.headers.getSetCookie()).length, 0);
	});

	test("a cookie that was planted is worth nothing: each first step has a new one", async () => {
		await using it = await withPasskey();
		const cookieOf = async () => {
			const browser = it.server.browser();
			await browser.press(await browser.open("/login"), "Sign in", { username: "alice", password });
			return browser.cookies.get("countersign-sign-in");
		};
		const [one, other] = [await cookieOf(), await cookieOf()];
		assert.ok(one !== undefined && other !== undefined && one !== other);
		const planted = await fetch(`${it.server.url}login/second`, {
			headers: { cookie: "countersign-sign-in=planted" },
			redirect: "manual",
		});
		assert.equal(planted.status, 303);
	});
});

describe("a thief of the browser session who knows the password", () => {
	test("removes no passkey, adds none, and changes nothing that takes a proof", async () => {
		await using it = await withPasskey();
		it.advance(5 * 60_000 + 1);
		const { alice } = it;
		const list = await alice.open("/account/proofs");
		const [, path = ""] = /href="(\/account\/proofs\/passkeys\/[\w-]+)"/.exec(list.text) ?? [];
		const before = await it.server.rows("passkeys");
		const tries: readonly (readonly [path: string, label: RegExp, filled: Record<string, string>])[] = [
			[path, /^Remove passkey$/, { password }],
			["/account/proofs/new-passkey", /^Continue$/, { name: "Mine", password }],
			["/account/password", /^Change password$/, { current: password, password: "another long phrase" }],
			["/account/sign-out-everywhere", /^Sign out/, { password }],
			["/account/deactivate", /^Deactivate/, { username: "alice", password }],
			["/login?fresh=1", /^Continue$/, { password }],
		];
		for (const [where, label, filled] of tries) {
			const page = await alice.open(where);
			const refused = await alice.press(page, label, filled);
			assert.equal(refused.status, 403, where);
			assert.match(refused.text, /Your password alone is not enough/, where);
			const strange = softwarePasskey(it.server.url).answer(page);
			assert.equal((await alice.press(page, label, { ...filled, passkey: strange })).status, 403, where);
		}
		assert.deepEqual(await it.server.rows("passkeys"), before);
		const page = await alice.open(path);
		const removed = await alice.press(page, "Remove passkey", { passkey: it.passkey.answer(page) });
		assert.match(removed.text, /You have no passkey yet/);
	});

	test("uses no proof that was entered before there was a second factor", async () => {
		await using it = await withPasskey();
		const page = await it.alice.open("/account/sign-out-everywhere");
		assert.equal(askedOn(page).does, "get");
		assert.equal((await it.alice.press(page, /^Sign out/)).status, 400);
	});

	test("adds none with a question that was asked of somebody else, elsewhere, or before", async () => {
		await using it = await withPasskey();
		const { alice, passkey } = it;
		const begin = async (browser: FormBrowser) => {
			const page = await browser.open("/account/proofs/new-passkey");
			return browser.press(page, "Continue", { name: "New", passkey: passkey.answer(page) });
		};
		const mine = softwarePasskey(it.server.url);
		const second = await begin(alice);
		const made = mine.answer(second);
		const signInQuestion = askedOn(await it.server.browser().open("/login")).options.challenge;
		const add = (answer: string) => alice.press(second, "Make the passkey", { passkey: answer });
		for (const lie of [
			{ challenge: signInQuestion },
			{ origin: "https://evil.example" },
			{ host: "evil.example" },
			{ userVerified: false },
			{ type: "webauthn.get" },
		])
			assert.equal((await add(mine.answer(second, lie))).title, "The passkey was not added");
		const added = await add(made);
		assert.deepEqual([added.status, added.title], [200, "Passkeys and codes"]);
		assert.equal((await add(made)).title, "Passkeys and codes", "sent twice it is told the same");
		it.advance(60_001);
		assert.match((await add(made)).text, /was sent before/);
		assert.equal((await it.server.rows("passkeys")).length, 2);
		const mallory = await it.server.register("mallory");
		const theirs = await addPasskey(mallory, { base: it.server.url });
		const third = await begin(alice);
		const claimed = await alice.press(third, "Make the passkey", { passkey: theirs.answer(third) });
		assert.match(claimed.text, /This passkey was added before/);
		assert.equal((await it.server.rows("passkeys")).length, 3);
	});
});
