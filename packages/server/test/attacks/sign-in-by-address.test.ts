/** Signing in by an e-mail address, where the operator allows it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { FormBrowser } from "../support/form-browser.ts";
import { password, type RunningServer, startServer } from "../support/server.ts";

const other = "another battery staple";
/** A minute and an hour are what the tries of an account are counted by. */
const refusal =
	/Name or address and password do not match, or there were too many tries for this account\. If you are sure of them, try again in a minute or, where that does not help, in an hour\./;

describe("an e-mail address to sign in by", () => {
	let server: RunningServer;
	before(async () => {
		server = await startServer({ signInByEmail: true });
	});
	after(() => server.close());

	/** Somebody new, with an address; `isConfirmed` as the server notes it. */
	async function person(localpart: string, address: string, isConfirmed = true) {
		const browser = await server.register(localpart);
		await give(localpart, address, isConfirmed);
		return browser;
	}
	const give = (localpart: string, address: string, isConfirmed = true) =>
		server.change(`INSERT INTO account_emails (account_id, address, address_key, added_at, verified_at)
			SELECT id, '${address}', '${address.toLowerCase()}', 1, ${isConfirmed ? "1" : "NULL"}
			FROM accounts WHERE localpart = '${localpart}'`);
	const take = (address: string) =>
		server.change(`DELETE FROM account_emails WHERE address_key = '${address.toLowerCase()}'`);
	const signIn = async (username: string, typed = password, browser: FormBrowser = server.browser()) =>
		browser.press(await browser.open("/login"), "Sign in", { username, password: typed });
	const whoIs = async (username: string, typed = password) => {
		const { status, text } = await signIn(username, typed);
		return status === 200 ? /@([^:]+):localhost/.exec(text)?.[1] : status;
	};

	test("signs its account in, however it is spelled", async () => {
		await person("alice", "Alice@example.org");
		for (const typed of ["Alice@example.org", " alice@EXAMPLE.org\u200b", "alice", "@alice:localhost"])
			assert.equal(await whoIs(typed), "alice", typed);
		assert.match((await server.browser().open("/login")).text, /User name or e-mail address/);
	});

	test("that is not confirmed, was removed, or is of a closed account signs nobody in", async () => {
		await person("bob", "bob@example.org", false);
		assert.equal(await whoIs("bob@example.org"), 403);
		await person("carol", "carol@example.org");
		await take("carol@example.org");
		assert.equal(await whoIs("carol@example.org"), 403);
		await person("dora", "dora@example.org");
		await server.change("UPDATE accounts SET deactivated_at = 1 WHERE localpart = 'dora'");
		assert.equal(await whoIs("dora@example.org"), 403);
	});

	test("that changes hands opens the account of who has it now, by their password alone", async () => {
		const old = await person("erin", "desk@example.org");
		const typed = { current: password, password: other };
		await old.press(await old.open("/account/password"), /password/i, typed);
		assert.equal(await whoIs("desk@example.org", other), "erin");
		await take("desk@example.org");
		await person("frank", "desk@example.org");
		assert.equal(await whoIs("desk@example.org", other), 403, "the old owner's password");
		assert.equal(await whoIs("desk@example.org"), "frank");
		assert.equal(await whoIs("erin", other), "erin");
	});

	test("never stands before a name that reads like it", async () => {
		await person("grace", "grace@example.org");
		await server.register("moved");
		await server.change("UPDATE accounts SET localpart = 'grace@example.org' WHERE localpart = 'moved'");
		const typed = await signIn("grace@example.org");
		assert.match(typed.text, /@grace@example\.org:localhost/);
	});

	test("has the answer of one that nobody has, and the second form of a double click that of the first", async () => {
		await person("henry", "henry@example.org");
		const texts = [];
		for (const username of ["henry@example.org", "nobody@example.org"]) {
			const { status, text } = await signIn(username, other);
			assert.match(text, refusal);
			texts.push([status, text.replaceAll(username, "").replaceAll(/="[^"]*"/g, "")]);
		}
		assert.deepEqual(texts[0], texts[1]);
		const browser = server.browser();
		const page = await browser.open("/login");
		const filled = { username: "henry@example.org", password };
		for (const _ of ["first", "second"])
			assert.equal((await browser.press(page, "Sign in", filled)).url.pathname, "/account/");
		const mine = await browser.press(page, "Sign in", { ...filled, username: "alice@example.org" });
		assert.equal(mine.status, 403, "of somebody else it is none");
	});
});

describe("tries by an e-mail address", () => {
	const tries = async (server: RunningServer, usernames: readonly string[], typed = other) => {
		const statuses = [];
		for (const username of usernames) {
			const browser = server.browser();
			const page = await browser.press(await browser.open("/login"), "Sign in", {
				username,
				password: typed,
			});
			statuses.push([page.status, refusal.test(page.text)]);
		}
		return statuses;
	};
	const wrong = [403, true];
	const told = [429, false];

	async function opened() {
		const server = await startServer({ signInByEmail: true });
		await server.register("alice");
		await server.change(`INSERT INTO account_emails (account_id, address, address_key, added_at, verified_at)
			SELECT id, 'a@example.org', 'a@example.org', 1, 1 FROM accounts`);
		return server;
	}

	for (const [first, second] of [
		["alice", "a@example.org"],
		["a@example.org", "alice"],
	] as const)
		test(`are those of the account: after five by ${first} the right password is wrong by ${second}`, async () => {
			await using server = await opened();
			assert.deepEqual(
				await tries(
					server,
					Array.from({ length: 5 }, () => first),
				),
				Array(5).fill(wrong),
			);
			assert.deepEqual(
				await tries(server, [second], password),
				[wrong],
				"and nothing tells that they are one",
			);
			assert.deepEqual(await tries(server, [first], password), [told]);
		});

	test("are told to be too many as those of an address that nobody has", async () => {
		await using server = await opened();
		const answers = [];
		for (const username of ["a@example.org", "nobody@example.org"])
			answers.push(
				await tries(
					server,
					Array.from({ length: 7 }, () => username),
				),
			);
		assert.deepEqual(answers, Array(2).fill([...Array(5).fill(wrong), told, told]));
	});

	test("that are right use up none", async () => {
		await using server = await opened();
		const statuses = await tries(
			server,
			Array.from({ length: 8 }, () => "a@example.org"),
			password,
		);
		assert.deepEqual(statuses, Array(8).fill([200, false]));
	});
});

test("where it is not allowed an address signs nobody in, and the page asks for a name", async () => {
	await using server = await startServer();
	await server.register("alice");
	await server.change(`INSERT INTO account_emails (account_id, address, address_key, added_at, verified_at)
		SELECT id, 'a@example.org', 'a@example.org', 1, 1 FROM accounts`);
	const browser = server.browser();
	const page = await browser.open("/login");
	assert.doesNotMatch(page.text, /e-mail address/);
	const refused = await browser.press(page, "Sign in", { username: "a@example.org", password });
	assert.equal(refused.status, 403);
	assert.match(refused.text, /User name and password do not match/);
});
