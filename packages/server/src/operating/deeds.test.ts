/** Each deed of the operator leaves its line in the person's log, and one that is refused leaves none and changes nothing. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AccountId } from "@countersign/core";
import { byOperator } from "../../test/support/actors.ts";
import { openPeopleWorld, type PeopleWorld, password, random } from "../../test/support/people-world.ts";
import { createAdministrators } from "./index.ts";

const another = "another long password";

type Deed = (world: PeopleWorld, accountId: AccountId) => Promise<unknown>;

interface Line {
	readonly deed: Deed;
	/** What is done before, so that there is something to do. */
	readonly before?: Deed;
	readonly kind: string;
	readonly detail?: Readonly<Record<string, string>>;
	/** Told where it was done already, or cannot be. */
	readonly refused: unknown;
	readonly done: unknown;
}

const lock: Deed = ({ operator }, id) => operator.lock(id, byOperator);
const close: Deed = ({ operator }, id) => operator.deactivate(id, { erase: true }, byOperator);

const lines: Readonly<Record<string, Line>> = {
	lock: { deed: lock, kind: "account-locked", done: true, refused: false },
	unlock: {
		...{ before: lock, deed: ({ operator }, id) => operator.unlock(id, byOperator) },
		...{ kind: "account-unlocked", done: true, refused: false },
	},
	close: {
		...{ deed: close, kind: "account-deactivated", detail: { erase: "yes" } },
		...{ done: true, refused: false },
	},
	reactivate: {
		...{ before: close, deed: ({ operator }, id) => operator.reactivate(id, another, byOperator) },
		...{
			kind: "account-reactivated",
			done: { ok: true, isLocked: false },
			refused: { ok: false, reason: "account-open" },
		},
	},
	"reset proof": {
		before: ({ storage }, accountId) =>
			storage.write((unit) =>
				unit.passkeys.add({
					...{ id: "one", accountId, credentialId: "credential", publicKey: "key", counter: 0 },
					...{ transports: [], host: "localhost", name: "Phone", createdAt: 1 },
				}),
			),
		deed: ({ operator }, id) => operator.resetProof(id, byOperator),
		...{ kind: "proof-reset", done: true, refused: false },
	},
	promote: {
		deed: (world, id) => administrators(world).promote(id, byOperator),
		...{ kind: "admin-granted", done: "promoted", refused: undefined },
	},
	"promote whom a service made one": {
		before: ({ storage }, id) => storage.write((unit) => unit.accounts.setAdmin(id, true, "company")),
		deed: (world, id) => administrators(world).promote(id, byOperator),
		...{ kind: "admin-granted", done: "kept", refused: undefined },
	},
	demote: {
		before: (world, id) => administrators(world).promote(id, byOperator),
		deed: (world, id) => administrators(world).demote(id, byOperator),
		...{ kind: "admin-withdrawn", done: { ended: 0, links: 0, tokens: 0, lately: [] }, refused: undefined },
	},
};

function administrators(world: PeopleWorld, ends = 0, afterEnd?: (accountId: AccountId) => Promise<void>) {
	const { storage, clock } = world;
	return createAdministrators({
		...{ storage, clock, random, serverName: "example.org" },
		...{ endAdministering: async () => ends, endIssued: async () => [] },
		...(afterEnd !== undefined && { afterEnd }),
	});
}

describe("what the operator did is in the person's log", () => {
	for (const [name, { deed, before, kind, detail = {}, refused, done }] of Object.entries(lines))
		test(`${name}: by whom and when, once`, async () => {
			await using world = await openPeopleWorld();
			const accountId = await world.add("alice");
			await before?.(world, accountId);
			world.advance(7);
			const earlier = (await world.eventsOf(accountId)).length;
			assert.deepEqual(await deed(world, accountId), done);
			const [line, ...rest] = await world.storage.read.events.list(accountId, { limit: 50 });
			assert.ok(line);
			const { id, ...told } = line;
			assert.deepEqual(told, { accountId, at: world.clock(), kind, actor: byOperator, detail });
			assert.equal(rest.length, earlier);
			world.advance(7);
			assert.deepEqual(await deed(world, accountId), refused);
			assert.equal((await world.storage.read.events.list(accountId, { limit: 50 }))[0]?.id, id);
		});

	test("a new password: by whom and when, each time, and none where it is refused", async () => {
		await using world = await openPeopleWorld();
		const accountId = await world.add("alice");
		world.advance(7);
		assert.deepEqual(await world.operator.setPassword(accountId, another, byOperator), { ok: true });
		const [line] = await world.storage.read.events.list(accountId, { limit: 1 });
		assert.deepEqual([line?.kind, line?.at, line?.actor], ["password-reset", world.clock(), byOperator]);
		const account = await world.storage.read.accounts.find({ id: accountId });
		assert.deepEqual([account?.passwordChangedAt, account?.generation], [world.clock(), 1]);
		await close(world, accountId);
		const closed = await world.eventsOf(accountId);
		assert.deepEqual(await world.operator.setPassword(accountId, another, byOperator), {
			...{ ok: false, reason: "account-closed" },
		});
		assert.deepEqual(await world.eventsOf(accountId), closed);
	});
});

describe("a person who administers no longer", () => {
	test("has their sessions ended in that transaction, and the homeserver is waited for where one did end", async () => {
		await using world = await openPeopleWorld();
		const accountId = await world.add("alice");
		const waited: AccountId[] = [];
		const afterEnd = async (id: AccountId) => void waited.push(id);
		for (const [ends, waits] of [
			[0, []],
			[1, [accountId]],
		] as const) {
			const { promote, demote } = administrators(world, ends, afterEnd);
			assert.equal(await promote(accountId, byOperator), "promoted");
			assert.deepEqual(await demote(accountId, byOperator), {
				...{ ended: ends, links: 0, tokens: 0, lately: [] },
			});
			assert.deepEqual(waited, waits);
		}
	});

	test("is told to nobody where the sessions cannot be ended: then they administer still", async () => {
		await using world = await openPeopleWorld();
		const accountId = await world.add("alice");
		const { storage, clock } = world;
		const failing = createAdministrators({
			...{ storage, clock, random, serverName: "example.org", endIssued: async () => [] },
			endAdministering: async (_, demoted) => {
				assert.deepEqual(demoted, { accountId, now: clock(), actor: byOperator });
				throw new Error("it failed");
			},
		});
		await failing.promote(accountId, byOperator);
		await assert.rejects(failing.demote(accountId, byOperator), /it failed/);
		assert.equal((await storage.read.accounts.find({ id: accountId }))?.admin, true);
		assert.deepEqual((await world.eventsOf(accountId)).includes("admin-withdrawn"), false);
	});
});

test("an account is made only where its password, its name and the homeserver have nothing against it", async () => {
	await using world = await openPeopleWorld();
	await world.add("alice");
	const refused = async (localpart: string, chosen: string, how: "create" | "adopt") => {
		const outcome = await world.operator[how]({ localpart, password: chosen }, byOperator);
		return outcome.ok ? "made" : outcome.reason;
	};
	for (const how of ["create", "adopt"] as const) {
		assert.equal(await refused("bo b", password, how), "localpart-invalid");
		assert.equal(await refused("bob", "short", how), "password-too-short");
		assert.equal(await refused("alice", password, how), "localpart-taken");
	}
	// New names have no upper case; a homeserver of some years may know people who have.
	assert.equal(await refused("Bob", password, "create"), "localpart-invalid");
	assert.equal(await refused("Bob", password, "adopt"), "unknown-at-homeserver");
	assert.equal(await world.storage.read.accounts.find({ localpart: "bob" }), undefined);
});
