/** Whose password goes to a directory, how often, and what is said of it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { home, openPeopleWorld, password } from "../../test/support/people-world.ts";
import type { DirectoryPerson, PasswordDirectory } from "./index.ts";

/** Of Alice, in the directory. */
const hers = "the password there";
const address = { address: "alice@company.example", key: "alice@company.example" };

/** Alice's entry, found by three names, and what is sent there. */
async function open({ byAddress = false }: { readonly byAddress?: boolean } = {}) {
	const sent: string[] = [];
	let isAway = false;
	let entry: DirectoryPerson = {
		...{ subject: "entry-1", name: "Alice" },
		...{ displayName: undefined, email: undefined },
	};
	const directory: PasswordDirectory = {
		provider: "ldap",
		async check({ meant, password: typed, mayTry }) {
			if (isAway) throw new Error("away");
			const isMeant =
				"subject" in meant
					? meant.subject === entry.subject
					: ["alice", "a.example", address.address].includes(meant.name.toLowerCase());
			if (!isMeant || typed === "" || !(await mayTry(entry))) return { ok: false };
			sent.push(typed);
			return typed === hers ? { ok: true, entry } : { ok: false };
		},
		admit: (...whom) => world.people.admit(...whom),
	};
	const world = await openPeopleWorld({
		registering: { directory: { provider: "ldap", newAccounts: true } },
		proving: { directory, byAddress, addressKeyOf: (typed) => (typed.includes("@") ? typed : undefined) },
	});
	const signIn = async (name: string, typed: string, from = home) => {
		const addressKey = name.includes("@") ? name : undefined;
		const outcome = await world.proofs.signIn({ name, addressKey, password: typed, address: from });
		return outcome.ok || outcome.reason;
	};
	return {
		...{ world, sent, signIn },
		call: (name: string) => {
			entry = { ...entry, name };
		},
		away: (is: boolean) => {
			isAway = is;
		},
		link: async (localpart: string) => {
			const accountId = (await world.people.byName(localpart))?.id ?? assert.fail();
			const link = { accountId, provider: "ldap", subject: "entry-1", linkedAt: world.clock() };
			assert.ok(await world.storage.write((unit) => unit.accountLinks.add(link)));
			return accountId;
		},
		async [Symbol.asyncDispose]() {
			await world[Symbol.asyncDispose]();
		},
	};
}

describe("a password", () => {
	test("of the directory goes there, by whichever name its person is found", async () => {
		await using opened = await open();
		for (const name of ["alice", "a.example", address.address])
			assert.equal(await opened.signIn(name, hers), true, name);
		assert.deepEqual(opened.sent, [hers, hers, hers]);
	});

	test("of here does not, by a name that the entry has beside that of the account", async () => {
		await using opened = await open();
		await opened.world.add("alice", password);
		for (const name of ["alice", "a.example", address.address]) await opened.signIn(name, password);
		assert.deepEqual(opened.sent, []);
		assert.equal(await opened.signIn("alice", password), true);
	});

	test("of here does not, by an e-mail address that its person has confirmed here", async () => {
		await using opened = await open();
		const { world } = opened;
		opened.call("someone");
		const accountId = await world.add("alice", password);
		await world.storage.write((unit) => unit.addresses.confirm({ accountId, ...address, at: world.clock() }));
		assert.equal(await opened.signIn(address.address, password), "wrong");
		assert.deepEqual(opened.sent, []);
		assert.equal(await opened.signIn("a.example", hers), true, "and by another name they are somebody else");
	});

	test("of here does not where the entry is linked to the account, nor does one of a closed account", async () => {
		await using opened = await open();
		const { world } = opened;
		opened.call("someone");
		await world.add("carol", password);
		const carol = await opened.link("carol");
		assert.equal(await opened.signIn("a.example", password), "wrong");
		assert.equal(await opened.signIn("a.example", hers), "wrong");
		assert.deepEqual(opened.sent, []);
		world.rows("UPDATE accounts SET password_hash = NULL RETURNING id");
		assert.equal(await opened.signIn("a.example", hers), true);
		world.rows("UPDATE accounts SET deactivated_at = 1 WHERE id = ? RETURNING id", carol);
		assert.equal(await opened.signIn("a.example", hers), "wrong");
		assert.deepEqual(opened.sent, [hers]);
	});
});

describe("a try", () => {
	test("that was no try gives nothing back to what all spellings share", async (t) => {
		await using opened = await open({ byAddress: true });
		const { world } = opened;
		const limiter = world.storage.newRateLimiter({ keyPrefix: "any", points: 1, duration: 1 });
		const kind: { reward(key: string): Promise<unknown> } = Object.getPrototypeOf(limiter);
		const { reward } = kind;
		const given: string[] = [];
		t.mock.method(kind, "reward", function (this: typeof limiter, key: string) {
			given.push(this.keyPrefix);
			return Reflect.apply(reward, this, [key]);
		});
		const accountId = await world.add("alice", password);
		await world.storage.write((unit) => unit.addresses.confirm({ accountId, ...address, at: world.clock() }));
		for (let nth = 0; nth < 5; nth++) assert.equal(await opened.signIn("alice", "a guess"), "wrong");
		assert.equal(await opened.signIn(address.address, password), "wrong", "used up");
		world.rows("UPDATE accounts SET password_hash = NULL RETURNING id");
		opened.away(true);
		given.length = 0;
		await assert.rejects(opened.signIn(address.address, password), /away/);
		assert.deepEqual(given, ["place", "pair", "person"], "what was taken");
		await assert.rejects(opened.signIn(address.address, password, "192.0.2.99"), /away/);
		assert.deepEqual(given.slice(3), ["place", "pair", "person", "shared pair", "shared person"]);
	});

	test("for which there was no room is in nobody's log, and a wrong one is in its person's", async () => {
		await using opened = await open();
		const { world } = opened;
		assert.equal(await opened.signIn("alice", hers), true);
		const id = (await world.people.byName("alice"))?.id ?? assert.fail();
		const refusals = async () => (await world.eventsOf(id)).filter((kind) => kind === "sign-in-refused");
		assert.equal(await opened.signIn("alice", "a guess"), "wrong");
		assert.equal((await refusals()).length, 1);
		for (let nth = 0; nth < 9; nth++)
			assert.equal(await opened.signIn("a.example", "a guess", `192.0.2.${nth + 30}`), "wrong");
		assert.equal(await opened.signIn("alice", hers), "wrong");
		assert.equal((await refusals()).length, 1);
		assert.equal(opened.sent.length, 1 + 5, "the right one, and five an hour of all names and addresses");
	});
});
