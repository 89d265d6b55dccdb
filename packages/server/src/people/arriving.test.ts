/** Accounts of people for whom somebody else vouched: another service, or a directory. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId } from "@countersign/core";
import {
	home,
	openPeopleWorld,
	type PeopleWorld,
	password,
	random,
} from "../../test/support/people-world.ts";
import { tokenHash } from "../registration-tokens/index.ts";
import type { Arrival } from "../upstream/ports.ts";
import { createAdmit } from "./admit.ts";
import type { ArrivedRegistration } from "./index.ts";

const browserHash = "hash of a browser";
const minute = 60_000;
const provedAt = 1_799_999_990_000;
const over = { ok: false, reason: "arrival-over" };
const taken = { ok: false, reason: "localpart-taken" };
const email = { address: "Alice@example.org", key: "alice@example.org", isRequired: false, isVouched: true };
const terms = { url: "https://example.org/terms", version: "2" };

/** Somebody has come back from there, and is registered. */
async function arrive(
	world: PeopleWorld,
	{
		said = {},
		...changes
	}: Partial<Omit<ArrivedRegistration, "arrival">> & Partial<Pick<Arrival, "said">> = {},
) {
	const arrival: Arrival = {
		...{ provider: "company", issuer: "https://id.example/", subject: "s-1", said, provedAt },
		...{ stay: "their session there", resume: "/account/" },
	};
	const expiresAt = world.clock() + 10 * minute;
	await world.storage.write(({ upstreamArrivals }) =>
		upstreamArrivals.put({ ...arrival, browserHash, expiresAt }),
	);
	return {
		arrival,
		outcome: await world.people.registerArrived({
			...{ arrival, browserHash, newAccounts: "yes", localpart: "alice", address: home, ...changes },
		}),
	};
}

const isWaiting = async (world: PeopleWorld) =>
	(await world.storage.read.upstreamArrivals.find(browserHash, world.clock())) !== undefined;

const linksOf = (world: PeopleWorld) =>
	world.rows("SELECT account_id AS id, provider, issuer, subject, name, linked_at AS at FROM account_links");

const addressesOf = (world: PeopleWorld) =>
	world.rows("SELECT account_id AS id, address_key AS key, verified_at AS at FROM account_emails");

async function lineOf(world: PeopleWorld, accountId: Parameters<PeopleWorld["people"]["byId"]>[0]) {
	const events = await world.storage.read.events.list(accountId, { limit: 50 });
	const line = events.find(({ kind }) => kind === "account-registered");
	return line && { detail: line.detail, address: line.address, actor: line.actor };
}

describe("somebody from another service", () => {
	test("has an account without a password, linked, and a proof as old as what they showed there", async () => {
		await using world = await openPeopleWorld();
		const said = { displayName: "Alice", accountName: "alice@company", email };
		const { outcome } = await arrive(world, { said });
		assert.ok(outcome.ok);
		const { id, hasPassword, displayName, localpart, admin } = outcome.account;
		assert.deepEqual(
			{ hasPassword, displayName, localpart, admin },
			{ hasPassword: false, displayName: "Alice", localpart: "alice", admin: false },
		);
		const { how, at, accountId, generation, stay } = outcome.proof;
		assert.deepEqual(
			{ how, at, accountId, generation, stay },
			{ how: "upstream", at: provedAt, accountId: id, generation: 0, stay: "their session there" },
		);
		const link = { provider: "company", issuer: "https://id.example/", subject: "s-1" };
		assert.deepEqual(linksOf(world), [{ id, ...link, name: "alice@company", at: world.clock() }]);
		assert.deepEqual(addressesOf(world), [{ id, key: email.key, at: world.clock() }]);
		assert.deepEqual(await lineOf(world, id), {
			...{ detail: { provider: "company", name: "alice@company" } },
			...{ address: home, actor: { kind: "person" } },
		});
		assert.equal(await isWaiting(world), false);
	});

	test("of whom nothing is said has a name that they chose, and no more", async () => {
		await using world = await openPeopleWorld();
		const { outcome } = await arrive(world, { said: { email: { ...email, isVouched: false } } });
		assert.ok(outcome.ok);
		const { id } = outcome.account;
		assert.equal(outcome.account.displayName, undefined);
		assert.equal(linksOf(world)[0]?.name, null);
		assert.deepEqual(addressesOf(world), [], "who vouches for nothing confirms nothing");
		assert.deepEqual((await lineOf(world, id))?.detail, { provider: "company" });
		assert.deepEqual((await world.storage.read.events.list(id, { limit: 9 })).length, 1);
	});

	test("administers where the service says so, by its word, and the log says that", async () => {
		await using world = await openPeopleWorld();
		const { outcome } = await arrive(world, { said: { administers: true } });
		assert.ok(outcome.ok);
		const { id } = outcome.account;
		assert.deepEqual(world.rows("SELECT admin, admin_by AS by FROM accounts"), [{ admin: 1, by: "company" }]);
		const events = await world.storage.read.events.list(id, { limit: 9 });
		assert.deepEqual(
			events
				.filter(({ kind }) => kind === "admin-granted")
				.map(({ at, actor, detail }) => ({ at, actor, detail })),
			[
				{
					...{ at: world.clock(), actor: { kind: "server", because: "upstream" } },
					detail: { provider: "company" },
				},
			],
		);
	});

	test("has the name that is fixed there, whatever their form says, or the one that is suggested if they choose it", async () => {
		await using world = await openPeopleWorld();
		const fixed = await arrive(world, {
			said: { localpart: { value: "alice", isFixed: true } },
			localpart: "b",
		});
		assert.equal(fixed.outcome.ok && fixed.outcome.account.localpart, "alice");
		await using other = await openPeopleWorld();
		const free = await arrive(other, {
			said: { localpart: { value: "alice", isFixed: false } },
			localpart: "b",
		});
		assert.equal(free.outcome.ok && free.outcome.account.localpart, "b");
	});

	test("has no account where the operator wants none, nor by a name that is none, theirs who run it, or somebody's", async () => {
		await using world = await openPeopleWorld();
		const bob = await world.add("bob");
		const refusal = async (changes: Parameters<typeof arrive>[1]) => {
			const { outcome } = await arrive(world, changes);
			return outcome.ok ? "made" : outcome.reason;
		};
		assert.equal(await refusal({ newAccounts: "no" }), "registration-closed");
		assert.equal(await refusal({ localpart: "" }), "localpart-invalid");
		assert.equal(await refusal({ localpart: "support" }), "localpart-official");
		assert.equal(await refusal({ localpart: "bob" }), "localpart-taken");
		assert.ok(await isWaiting(world));
		assert.deepEqual(linksOf(world), []);
		assert.deepEqual(await world.eventsOf(bob), ["account-registered"]);
		assert.equal(await refusal({}), "made");
	});

	test("has one account, of many forms at once, and none once they have one", async () => {
		await using world = await openPeopleWorld();
		const { arrival, outcome } = await arrive(world);
		assert.ok(outcome.ok);
		const again = () =>
			world.people.registerArrived({
				...{ arrival, browserHash, newAccounts: "yes", localpart: "another", address: home },
			});
		assert.deepEqual(await again(), over, "nothing waits");
		assert.deepEqual((await arrive(world, { localpart: "another" })).outcome, over, "they have one by now");
		assert.equal(await isWaiting(world), true);
		world.advance(10 * minute);
		assert.deepEqual(await again(), over);
		assert.equal(world.rows("SELECT id FROM accounts").length, 1);
	});

	test("of two who want one name at once one gets it, and the other may choose", async () => {
		await using world = await openPeopleWorld();
		const [one, two] = await Promise.all([
			world.people.register({ localpart: "alice", password, address: home }),
			arrive(world),
		]);
		assert.equal([one, two.outcome].filter(({ ok }) => ok).length, 1);
		if (two.outcome.ok) return;
		assert.deepEqual(two.outcome, taken);
		assert.equal(await isWaiting(world), true);
	});

	test("gets no address that is somebody's here, and no account where that is demanded", async () => {
		await using world = await openPeopleWorld();
		const bob = await world.add("bob");
		await world.storage.write(({ addresses }) =>
			addresses.confirm({ accountId: bob, address: email.address, key: email.key, at: 1 }),
		);
		const required = await arrive(world, { said: { email: { ...email, isRequired: true } } });
		assert.deepEqual(required.outcome, { ok: false, reason: "address-taken" });
		assert.equal(await isWaiting(world), true);
		const { outcome } = await arrive(world, { said: { email } });
		assert.ok(outcome.ok);
		assert.deepEqual(addressesOf(world), [{ id: bob, key: email.key, at: 1 }]);
	});

	test("shows an address by the service's word where registering takes one", async () => {
		await using world = await openPeopleWorld({ registering: { addressCodeOf: () => "1" } });
		const unproved = { ok: false, reason: "address-unproved" };
		assert.deepEqual((await arrive(world)).outcome, unproved);
		const said = { email: { ...email, isVouched: false } };
		assert.deepEqual((await arrive(world, { said })).outcome, unproved);
		const { outcome } = await arrive(world, { said: { email } });
		assert.ok(outcome.ok);
		const bob = await arrive(world, { said: { email }, localpart: "bob" });
		assert.deepEqual(bob.outcome, { ok: false, reason: "address-taken" });
	});

	test("agrees to the terms that there are", async () => {
		await using world = await openPeopleWorld({ registering: { terms } });
		assert.deepEqual((await arrive(world)).outcome, { ok: false, reason: "terms-not-agreed" });
		assert.deepEqual((await arrive(world, { terms: "1" })).outcome, { ok: false, reason: "terms-changed" });
		const { outcome } = await arrive(world, { terms: "2" });
		assert.ok(outcome.ok);
		const { id } = outcome.account;
		assert.deepEqual((await lineOf(world, id))?.detail, { provider: "company", terms: "2" });
		assert.deepEqual(world.rows("SELECT account_id AS id, version, agreed_at AS at FROM agreed_terms"), [
			{ id, version: "2", at: world.clock() },
		]);
	});

	test("shows a token where one is asked for, which one account uses up", async () => {
		await using world = await openPeopleWorld();
		const add = (text: string, more: object = {}) =>
			world.storage.write(({ registrationTokens }) =>
				registrationTokens.add({
					...{ id: `id of ${text}`, hash: tokenHash(text), name: text, createdAt: 1, madeBy: "root" },
					...more,
				}),
			);
		await add("one", { uses: 1 });
		await add("desk", { localpart: "support" });
		const newAccounts = "token";
		const refused = { ok: false, reason: "token-refused" };
		await world.add("bob");
		for (const token of [undefined, "", "made up", "desk"])
			assert.deepEqual(
				(await arrive(world, { newAccounts, ...(token !== undefined && { token }), localpart: "bob" }))
					.outcome,
				refused,
			);
		assert.equal(
			(await arrive(world, { newAccounts, token: "desk", localpart: "support" })).outcome.ok,
			true,
		);
		const accountId = asAccountId(String(linksOf(world)[0]?.id));
		await world.storage.write(({ accountLinks }) =>
			accountLinks.remove({ accountId, provider: "company", subject: "s-1" }),
		);
		const { outcome } = await arrive(world, { newAccounts, token: "one" });
		assert.ok(outcome.ok);
		const detail = { provider: "company", registrationToken: "id of one" };
		assert.deepEqual((await lineOf(world, outcome.account.id))?.detail, detail);
		for (let nth = 0; nth < 295; nth++)
			await arrive(world, { newAccounts, token: `guess ${nth}`, address: `198.51.${nth % 250}.1` });
		assert.deepEqual((await arrive(world, { newAccounts, token: "another" })).outcome, refused);
		const last = (await arrive(world, { newAccounts, token: "and another" })).outcome;
		assert.equal(!last.ok && last.reason, "throttled");
	});

	test("from one network ends at 300 in an hour", async () => {
		await using world = await openPeopleWorld();
		for (let nth = 0; nth < 300; nth++) await arrive(world, { localpart: "support" });
		const { outcome } = await arrive(world);
		assert.equal(!outcome.ok && outcome.reason, "throttled");
	});
});

describe("somebody of a directory", () => {
	const person = { subject: "entry-1", name: "Alice", displayName: "Alice A.", email: " Alice@Example.org " };

	async function open({ newAccounts = true } = {}) {
		const refusals: string[] = [];
		const world = await openPeopleWorld({
			registering: {
				directory: { provider: "ldap", newAccounts },
				onNotAdmitted: (reason) => void refusals.push(reason),
			},
		});
		return { world, refusals, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
	}

	test("has an account by their name in small letters, linked to the entry, with what it says", async () => {
		await using opened = await open();
		const { world, refusals } = opened;
		const id = (await world.people.admit(person, home)) ?? assert.fail();
		const account = await world.people.byId(id);
		assert.deepEqual(
			[account?.localpart, account?.displayName, account?.hasPassword],
			["alice", "Alice A.", false],
		);
		assert.deepEqual(linksOf(world), [
			{ id, provider: "ldap", issuer: null, subject: "entry-1", name: "Alice", at: world.clock() },
		]);
		assert.deepEqual(addressesOf(world), [{ id, key: "alice@example.org", at: world.clock() }]);
		assert.deepEqual(await lineOf(world, id), {
			...{ detail: { provider: "ldap", name: "Alice" }, address: home, actor: { kind: "person" } },
		});
		assert.deepEqual(refusals, []);
	});

	test("who comes twice at once has one account; what their entry does not say they have not", async () => {
		await using opened = await open();
		const { world } = opened;
		const bare = { ...person, displayName: undefined, email: undefined };
		const all = await Promise.all([1, 2, 3].map(() => world.people.admit(bare, home)));
		assert.equal(new Set(all).size, 1);
		assert.equal((await world.people.byName("alice"))?.displayName, undefined);
		assert.deepEqual(addressesOf(world), []);
		const other = { ...bare, subject: "entry-2", name: "bob", email: "no address" };
		assert.ok(await world.people.admit(other, home));
		assert.deepEqual(addressesOf(world), []);
	});

	test("whose account was made while they waited has that one, and the operator is told of no refusal", async () => {
		await using opened = await open();
		const { world, refusals } = opened;
		const id = await world.people.admit(person, home);
		assert.ok(id);
		assert.equal(await world.people.admit(person, home), id);
		const other = { ...person, subject: "entry-2", name: "bob", email: undefined };
		const admit = createAdmit({
			...{ storage: world.storage, clock: world.clock, random, serverName: "localhost" },
			...{ officialNames: [], directory: { provider: "ldap", newAccounts: true } },
			homeserver: {
				async isLocalpartAvailable() {
					await world.people.admit(other, home);
					return { ok: false, reason: "taken" };
				},
			},
			onRefused: (why) => void refusals.push(why),
		});
		assert.equal(await admit(other, home), (await world.people.byName("bob"))?.id ?? assert.fail());
		assert.deepEqual(refusals, []);
	});

	test("has none where the operator wants none, nor by a name that is none, kept, or somebody's", async () => {
		await using opened = await open();
		const { world, refusals } = opened;
		await world.add("bob");
		for (const name of [undefined, "two words", "Support", "BOB"])
			assert.equal(await world.people.admit({ ...person, name }, home), undefined);
		assert.deepEqual(refusals, ["name", "name", "name", "taken"]);
		assert.deepEqual(linksOf(world), []);
		await using closed = await open({ newAccounts: false });
		assert.equal(await closed.world.people.admit(person, home), undefined);
		assert.deepEqual(closed.refusals, ["closed"]);
	});

	for (const [reason, told] of [
		["taken", "taken"],
		["invalid", "name"],
		["exclusive", "name"],
	] as const)
		test(`has none by a name that the homeserver calls ${reason}, and the operator is told why`, async () => {
			await using world = await openPeopleWorld();
			const refusals: string[] = [];
			const admit = createAdmit({
				...{ storage: world.storage, clock: world.clock, random, serverName: "localhost" },
				...{ officialNames: [], directory: { provider: "ldap", newAccounts: true } },
				homeserver: { isLocalpartAvailable: async () => ({ ok: false, reason }) },
				onRefused: (why) => void refusals.push(why),
			});
			assert.equal(await admit(person, home), undefined);
			assert.deepEqual([refusals, linksOf(world)], [[told], []]);
		});

	test("has none by a name that somebody took while the homeserver was asked", async () => {
		await using world = await openPeopleWorld();
		const refusals: string[] = [];
		const admit = createAdmit({
			...{ storage: world.storage, clock: world.clock, random, serverName: "localhost" },
			...{ officialNames: [], directory: { provider: "ldap", newAccounts: true } },
			homeserver: {
				async isLocalpartAvailable() {
					await world.add("alice");
					return { ok: true };
				},
			},
			onRefused: (why) => void refusals.push(why),
		});
		assert.equal(await admit(person, home), undefined);
		assert.deepEqual([refusals, linksOf(world)], [["taken"], []]);
	});
});
