/** What registering may take besides a name and a password. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { home, openPeopleWorld, type PeopleWorld, password } from "../../test/support/people-world.ts";
import { tokenHash } from "../registration-tokens/index.ts";
import type { Registration } from "./index.ts";

const minute = 60_000;
const terms = { url: "https://example.org/terms", version: "2" };
const tokenRefused = { ok: false, reason: "token-refused" };
const taken = { ok: false, reason: "localpart-taken" };

const register = (world: PeopleWorld, changes: Partial<Registration> = {}) =>
	world.people.register({ localpart: "alice", password, address: home, ...changes });

async function registered(world: PeopleWorld, changes: Partial<Registration> = {}) {
	const outcome = await register(world, changes);
	assert.ok(outcome.ok, JSON.stringify(outcome));
	return outcome.account.id;
}

const addToken = (world: PeopleWorld, text: string, more: object = {}) =>
	world.storage.write(({ registrationTokens }) =>
		registrationTokens.add({
			...{ id: `id of ${text}`, hash: tokenHash(text), name: text, createdAt: 1, madeBy: "root" },
			...more,
		}),
	);

const usesOf = (world: PeopleWorld, text: string) =>
	world.rows("SELECT used FROM registration_tokens WHERE token_hash = ?", tokenHash(text))[0]?.used;

const addressesOf = (world: PeopleWorld) =>
	world.rows("SELECT address, address_key AS key, verified_at AS at FROM account_emails");

describe("registering with a token", () => {
	const open = (more: object = {}) => openPeopleWorld({ registering: { needsToken: true, ...more } });

	test("makes an account of it, named in the log, and without a good one tells nothing of names", async () => {
		await using world = await open();
		assert.equal(world.people.needsToken, true);
		await addToken(world, "one", { uses: 2 });
		for (const token of ["", "made up"]) assert.deepEqual(await register(world, { token }), tokenRefused);
		assert.deepEqual(await register(world), tokenRefused);
		const id = await registered(world, { token: " one " });
		const [event] = await world.storage.read.events.list(id, { limit: 5 });
		assert.deepEqual(event?.detail, { registrationToken: "id of one" });
		assert.deepEqual(await register(world, { token: "made up" }), tokenRefused, "taken or not");
		assert.deepEqual(await register(world, { token: "one" }), taken);
		assert.equal(usesOf(world, "one"), 1, "what made no account uses nothing up");
		assert.deepEqual(addressesOf(world), []);
	});

	test("of one use makes one account of many at once; a name that goes meanwhile uses none up", async () => {
		await using world = await open();
		await addToken(world, "one", { uses: 1 });
		await addToken(world, "many", { uses: 5 });
		const names = ["one", "two", "three"];
		const all = await Promise.all(names.map((localpart) => register(world, { localpart, token: "one" })));
		assert.equal(all.filter(({ ok }) => ok).length, 1);
		for (const each of all) assert.ok(each.ok || each.reason === "token-refused");
		const same = await Promise.all(names.map(() => register(world, { token: "many" })));
		assert.equal(same.filter(({ ok }) => ok).length, 1);
		for (const each of same) assert.ok(each.ok || each.reason === "localpart-taken");
		assert.equal(usesOf(world, "many"), 1);
	});

	test("for one name makes no other, and one of those who run the server only by a token for it", async () => {
		await using world = await open();
		await addToken(world, "any");
		await addToken(world, "desk", {
			...{ localpart: "support", email: { address: "Desk@example.org", key: "desk@example.org" } },
		});
		assert.deepEqual(await register(world, { token: "desk" }), tokenRefused);
		const official = { ok: false, reason: "localpart-official" };
		assert.deepEqual(await register(world, { localpart: "support", token: "any" }), official);
		await registered(world, { localpart: "support", token: "desk" });
		assert.deepEqual(addressesOf(world), [
			{ address: "Desk@example.org", key: "desk@example.org", at: world.clock() },
		]);
	});

	test("counts those that are guessed, from wherever, and no good one", async () => {
		await using world = await open();
		await addToken(world, "good");
		for (let nth = 0; nth < 299; nth++)
			await register(world, { token: `guess ${nth}`, address: `198.51.${nth % 250}.1` });
		for (const localpart of ["one", "two", "three"]) await registered(world, { localpart, token: "good" });
		assert.deepEqual(await register(world, { token: "the last guess" }), tokenRefused);
		const refused = await register(world, { token: "good" });
		assert.equal(!refused.ok && refused.reason, "throttled");
	});
});

describe("registering with terms", () => {
	test("keeps to which version somebody agreed, and when, and makes no account without", async () => {
		await using world = await openPeopleWorld({ registering: { terms } });
		assert.deepEqual(world.people.terms, terms);
		assert.deepEqual(await register(world), { ok: false, reason: "terms-not-agreed" });
		assert.deepEqual(await register(world, { terms: "1" }), { ok: false, reason: "terms-changed" });
		const id = await registered(world, { terms: "2" });
		const [event] = await world.storage.read.events.list(id, { limit: 5 });
		assert.deepEqual(event?.detail, { terms: "2" });
		assert.deepEqual(world.rows("SELECT account_id AS id, version, agreed_at AS at FROM agreed_terms"), [
			{ id, version: "2", at: world.clock() },
		]);
		assert.equal(await world.people.owesTerms(id), false);
	});

	test("whoever has not agreed does so where they are signed in, once", async () => {
		await using world = await openPeopleWorld({ registering: { terms } });
		const made = await world.operator.create({ localpart: "bob", password }, { kind: "operator", name: "o" });
		assert.ok(made.ok);
		const { id } = made.account;
		assert.equal(await world.people.owesTerms(id), true);
		const browser = await world.browserOf(id);
		const by = (await world.browserSessions.find(browser.cookieValue))?.proof ?? assert.fail();
		const agree = (version: string | undefined) => world.people.agree({ by, version, address: home });
		assert.deepEqual(await agree(undefined), { ok: false, reason: "terms-not-agreed" });
		assert.deepEqual(await agree("1"), { ok: false, reason: "terms-changed" });
		assert.deepEqual(await agree("2"), { ok: true });
		world.advance(1);
		assert.deepEqual(await agree("2"), { ok: true });
		assert.equal(await world.people.owesTerms(id), false);
		const events = await world.storage.read.events.list(id, { limit: 50 });
		const lines = events.filter(({ kind }) => kind === "terms-agreed");
		assert.deepEqual(
			lines.map(({ at, detail, address, actor }) => ({ at, detail, address, actor })),
			[{ at: world.clock() - 1, detail: { terms: "2" }, address: home, actor: { kind: "person" } }],
		);
		await world.browserSessions.end(browser.idHash);
		assert.deepEqual(await agree("2"), { ok: false, reason: "signed-out" });
	});

	test("where there are none nobody owes an agreement, and none is kept", async () => {
		await using world = await openPeopleWorld();
		const id = await registered(world, { terms: "1" });
		assert.equal(await world.people.owesTerms(id), false);
		const browser = await world.browserOf(id);
		const by = (await world.browserSessions.find(browser.cookieValue))?.proof ?? assert.fail();
		assert.deepEqual(await world.people.agree({ by, version: "1", address: home }), { ok: true });
		assert.deepEqual(world.rows("SELECT * FROM agreed_terms"), []);
	});
});

describe("registering with an address", () => {
	const code = "123456";
	const browser = "cookie of a browser";
	const key = "alison@example.org";
	const mailbox = { browser, key };
	const unproved = { ok: false, reason: "address-unproved" };

	const open = (more: object = {}) =>
		openPeopleWorld({ registering: { addressCodeOf: () => code, ...more } });

	async function show(world: PeopleWorld, asked: { email?: string; browser?: string; token?: string } = {}) {
		const { begunRegistrations } = world.people;
		const { email = "Alison@example.org", token = "", browser: in_ = browser } = asked;
		const begun = await begunRegistrations?.begin({ typed: email, token, browser: in_, address: home });
		assert.deepEqual(begun, { ok: true });
		assert.deepEqual(await begunRegistrations?.confirm({ browser: in_, code }), { ok: true });
	}

	test("makes an account of one that was shown in this browser, once, and it is theirs", async () => {
		await using world = await open();
		assert.deepEqual(await register(world), unproved);
		assert.deepEqual(await register(world, { mailbox }), unproved);
		await world.people.begunRegistrations?.begin({
			typed: " Alison@Example.org",
			token: "",
			browser,
			address: home,
		});
		assert.deepEqual(await register(world, { mailbox }), unproved, "no code was typed");
		await show(world);
		for (const other of [
			{ browser, key: "bob@example.org" },
			{ browser: "another browser", key },
		])
			assert.deepEqual(await register(world, { mailbox: other }), unproved);
		assert.deepEqual(await register(world), unproved);
		world.advance(59 * minute);
		await registered(world, { mailbox });
		assert.deepEqual(addressesOf(world), [{ address: "Alison@example.org", key, at: world.clock() }]);
		assert.deepEqual(await register(world, { localpart: "bob", mailbox }), unproved);
	});

	test("is not used up by a name that is taken, nor by a password that is none", async () => {
		await using world = await open();
		await world.operator.create({ localpart: "bob", password }, { kind: "operator", name: "o" });
		await show(world);
		assert.deepEqual(await register(world, { localpart: "bob", mailbox }), taken);
		const personal = await register(world, { mailbox, password: "alison-12345" });
		assert.deepEqual(personal, { ok: false, reason: "password-personal" });
		const both = await Promise.all(
			["one", "one"].map((localpart) => register(world, { localpart, mailbox })),
		);
		assert.equal(both.filter(({ ok }) => ok).length, 1);
	});

	test("is there again for who lost the race for a name", async () => {
		await using world = await open();
		await show(world);
		await show(world, { email: "bob@example.org", browser: "another browser" });
		const bobs = { browser: "another browser", key: "bob@example.org" };
		const both = await Promise.all([register(world, { mailbox }), register(world, { mailbox: bobs })]);
		assert.deepEqual(
			both.filter(({ ok }) => !ok),
			[taken],
		);
		const again = both[0].ok ? bobs : mailbox;
		await registered(world, { localpart: "again", mailbox: again });
	});

	test("that became another account's since makes none", async () => {
		await using world = await open();
		await show(world);
		await show(world, { browser: "another browser" });
		await registered(world, { mailbox });
		const late = { localpart: "late", mailbox: { browser: "another browser", key } };
		assert.deepEqual(await register(world, late), { ok: false, reason: "address-taken" });
		assert.equal(await world.people.byName("late"), undefined);
	});

	test("takes the token that was shown with it, and no other", async () => {
		await using world = await open({ needsToken: true });
		await addToken(world, "one", {
			...{ uses: 1, email: { address: "Alison@example.org", key } },
		});
		await addToken(world, "other");
		await show(world, { token: "other" });
		await show(world, { token: "one", browser: "another browser" });
		const shown = { token: "guess", mailbox: { browser: "another browser", key } };
		await registered(world, shown);
		assert.deepEqual(await register(world, { ...shown, localpart: "bob" }), unproved);
		assert.equal(usesOf(world, "one"), 1);
		assert.equal(usesOf(world, "other"), 0);
		assert.equal(addressesOf(world).length, 1);
	});
});

test("people are found by an address only where they sign in by one", async () => {
	await using world = await openPeopleWorld();
	const nobody = { subject: "s", name: "alice", displayName: undefined, email: undefined };
	assert.equal(world.people.byAddress, undefined);
	assert.equal(world.people.begunRegistrations, undefined);
	assert.equal(await world.people.admit(nobody, home), undefined);
});

test("where registration is closed no address is asked for", async () => {
	await using world = await openPeopleWorld({
		openRegistration: false,
		registering: { addressCodeOf: () => "123456" },
	});
	assert.equal(world.people.begunRegistrations, undefined);
	assert.equal(world.people.openRegistration, false);
	assert.equal(world.people.needsToken, false);
});
