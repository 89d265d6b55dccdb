/** An account without a password: who may bring that about, and that its last way in is removed by nobody. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setUpCodes } from "../support/codes.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { formAt } from "../support/forms-under-attack.ts";
import { mailNowhere } from "../support/mail-nowhere.ts";
import { password, type RunningServer, startServer } from "../support/server.ts";
import { addPasskey, type SoftwarePasskey } from "../support/software-passkey.ts";

const removing = "/account/proofs/remove-password";

async function opened() {
	let now = Date.now();
	const server = await startServer({ clock: () => now, email: mailNowhere });
	const alice = await server.register("alice");
	return {
		...{ server, alice, now: () => now },
		advance(ms: number) {
			now += ms;
		},
		[Symbol.asyncDispose]: () => server.close(),
	};
}

async function remove(browser: FormBrowser, passkey: SoftwarePasskey) {
	const page = await browser.open(removing);
	return browser.press(page, "Remove password", { passkey: passkey.answer(page) });
}

async function account({ rows }: RunningServer, localpart = "alice") {
	return (await rows("accounts")).find((row) => row.localpart === localpart) ?? assert.fail();
}

async function removals({ rows }: RunningServer): Promise<number> {
	return (await rows("security_events")).filter(({ kind }) => kind === "password-removed").length;
}

const passkeyPath = async (browser: FormBrowser) =>
	/href="(\/account\/proofs\/passkeys\/[\w-]+)"/.exec((await browser.open("/account/proofs")).text)?.[1] ??
	assert.fail("no passkey");

describe("whoever has a passkey", () => {
	test("takes the password away: passkeys alone sign in, other browsers end, apps stay, and it is told of", async () => {
		await using it = await opened();
		const { server, alice } = it;
		const app = await server.loginDevice({ localpart: "alice", browser: alice });
		const passkey = await addPasskey(alice, { base: server.url });
		const other = server.browser();
		const signIn = await other.open("/login");
		await other.press(signIn, "Use a passkey", { passkey: passkey.answer(signIn) });
		const done = await remove(alice, passkey);
		assert.equal(done.url.pathname, "/account/proofs");
		assert.match(done.text, /You have none: your passkeys alone sign you in/);
		const { password_hash, password_changed_at } = await account(server);
		assert.deepEqual([password_hash, password_changed_at, await removals(server)], [null, null, 1]);
		assert.equal((await other.open("/account/")).url.pathname, "/login");
		assert.match((await alice.open("/account/")).text, /The password was taken away/);
		assert.equal((await server.call(app, "GET", "account/whoami")).status, 200);
		const stranger = server.browser();
		const page = await stranger.open("/login");
		const wrong = await stranger.press(page, "Sign in", { username: "alice", password });
		assert.deepEqual([wrong.status, wrong.url.pathname], [403, "/login"]);
		const led = await stranger.open("/login");
		const inside = await stranger.press(led, "Use a passkey", { passkey: passkey.answer(led) });
		assert.equal(inside.url.pathname, "/account/");
		assert.equal((await alice.open(removing)).url.pathname, "/account/proofs", "there is none to remove");
	});

	test("sets one again, and has both", async () => {
		await using it = await opened();
		const passkey = await addPasskey(it.alice, { base: it.server.url });
		await remove(it.alice, passkey);
		const page = await it.alice.open("/account/password");
		await it.alice.press(page, "Change password", {
			...{ passkey: passkey.answer(page), password: "another battery staple" },
		});
		assert.notEqual((await account(it.server)).password_hash, null);
	});
});

describe("the password stays", () => {
	test("where there is no passkey: the page leads back, and so does a form of when there was one", async () => {
		await using it = await opened();
		const { server, alice } = it;
		assert.equal((await alice.open(removing)).url.pathname, "/account/proofs");
		const passkey = await addPasskey(alice, { base: server.url });
		const held = await alice.open(removing);
		await server.change("UPDATE passkeys SET host = 'old.example'");
		assert.equal((await alice.open(removing)).url.pathname, "/account/proofs");
		await alice.press(held, "Remove password", { passkey: passkey.answer(held) });
		await server.change("UPDATE passkeys SET host = 'localhost'");
		const page = await alice.open(await passkeyPath(alice));
		await alice.press(page, "Remove passkey", { passkey: passkey.answer(page) });
		assert.deepEqual(await server.rows("passkeys"), []);
		await alice.press(held, "Remove password", { passkey: passkey.answer(held) });
		assert.notEqual((await account(server)).password_hash, null);
		assert.equal(await removals(server), 0);
	});

	test("for a thief of the session, for the password, and for a password with a code", async () => {
		await using it = await opened();
		const { server, alice } = it;
		await addPasskey(alice, { base: server.url });
		const stolen = await alice.open(removing);
		const { fields } = formAt(stolen, removing);
		const nothing = await alice.press(stolen, "Remove password");
		assert.equal(nothing.status, 403);
		assert.match(nothing.text, /Use a passkey to confirm this/);
		const other = await server.register("mallory");
		const theirs = await addPasskey(other, { base: server.url });
		for (const entered of [
			{ password },
			{ password, code: "000000" },
			{ passkey: "{}" },
			{ passkey: theirs.answer(stolen) },
		]) {
			const refused = await alice.press(stolen, "Remove password", entered);
			assert.equal(refused.status, 403, JSON.stringify(entered));
		}
		const elsewhere = await other.send(removing, { method: "POST", body: new URLSearchParams(fields) });
		assert.equal(elsewhere.status, 403);
		assert.notEqual((await account(server)).password_hash, null);
		assert.equal(await removals(server), 0);
	});

	test("where one-time codes are all that there is besides", async () => {
		await using it = await opened();
		await setUpCodes(it.alice, it.now());
		assert.equal((await it.alice.open(removing)).url.pathname, "/account/proofs");
		assert.doesNotMatch((await it.alice.open("/account/proofs")).text, /Remove password/);
	});
});

describe("the last way in is removed by nobody", () => {
	test("not the only passkey of who has no password", async () => {
		await using it = await opened();
		const { server, alice } = it;
		const passkey = await addPasskey(alice, { base: server.url });
		await remove(alice, passkey);
		const page = await alice.open(await passkeyPath(alice));
		const refused = await alice.press(page, "Remove passkey", { passkey: passkey.answer(page) });
		assert.deepEqual([refused.status, (await server.rows("passkeys")).length], [409, 1]);
	});

	test("and not both at once, in two windows and at two servers", async () => {
		await using it = await opened();
		const { server } = it;
		for (let round = 0; round < 8; round++) {
			const name = `two${round}`;
			const browser = await server.register(name);
			const passkey = await addPasskey(browser, { base: server.url });
			const pages = [await browser.open(removing), await browser.open(await passkeyPath(browser))];
			await Promise.all(
				pages.map((page) => browser.press(page, /^Remove/, { passkey: passkey.answer(page) })),
			);
			const { id, password_hash } = await account(server, name);
			const left = (await server.rows("passkeys")).filter(({ account_id }) => account_id === id);
			assert.notDeepEqual([password_hash, left.length], [null, 0], name);
			assert.ok(password_hash === null || left.length === 0, `one of both is done: ${name}`);
		}
	});

	test("of many windows that take it away one does; the others say so too, or ask for the passkey again", async () => {
		await using it = await opened();
		const { server, alice } = it;
		const passkey = await addPasskey(alice, { base: server.url });
		const pages = await Promise.all([1, 2, 3, 4].map(() => alice.open(removing)));
		const all = await Promise.all(
			pages.map((page) => alice.press(page, "Remove password", { passkey: passkey.answer(page) })),
		);
		assert.equal(await removals(server), 1);
		const said = all.map(({ url, status }) => `${status} ${url.pathname}`);
		assert.ok(said.includes("200 /account/proofs"));
		// At several servers an answer of the passkey may come after a later one of it.
		for (const one of said) assert.ok(["200 /account/proofs", `403 ${removing}`].includes(one), one);
		assert.equal((await account(server)).password_hash, null);
	});
});
