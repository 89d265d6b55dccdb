import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HomeserverUnavailable } from "@countersign/core";
import { byOperator } from "../../test/support/actors.ts";
import { openPeopleWorld, password, random } from "../../test/support/people-world.ts";
import { told } from "../../test/support/told.ts";
import { createOperatorPeople } from "../operating/index.ts";
import { createPeople } from "./index.ts";
import type { NamesThere } from "./ports.ts";

type Knows = NamesThere;

/** People beside a homeserver that says this about every name. */
async function beside(knows: Partial<Knows>) {
	const world = await openPeopleWorld({ homeserver: "synapse" });
	const unasked = () => Promise.reject(new Error("the homeserver was not to be asked"));
	const homeserver = { isLocalpartAvailable: unasked, findUser: unasked, ...knows };
	const { storage, clock } = world;
	const deps = { storage, clock, random, homeserver, serverName: "localhost", endSessions: async () => {} };
	const people = createPeople({
		...{ ...deps, newRateLimiter: storage.newRateLimiter, openRegistration: true },
	});
	const operator = createOperatorPeople(deps);
	return {
		...world,
		operatorBeside: operator,
		register: () => people.register({ localpart: "alice", password, address: "192.0.2.1" }),
		create: () => operator.create({ localpart: "alice", password }, byOperator),
		adopt: (reopen?: true) =>
			operator.adopt({ localpart: "alice", password, ...(reopen && { reopen }) }, byOperator),
		accounts: async () => (await storage.read.accounts.list()).length,
	};
}

const silent = () => Promise.reject(new HomeserverUnavailable("timeout"));

describe("a name for somebody new", () => {
	test("that the homeserver knows is taken, for whoever registers and for the operator", async () => {
		await using world = await beside({ isLocalpartAvailable: async () => ({ ok: false, reason: "taken" }) });
		const taken = { ok: false, reason: "localpart-taken" };
		assert.deepEqual([await world.register(), await world.create()], [taken, taken]);
		assert.equal(await world.accounts(), 0);
	});

	test("that the homeserver would not take is refused with the reason", async () => {
		for (const [reason, fault] of [
			["invalid", "refused-there"],
			["exclusive", "kept-there"],
		] as const) {
			await using world = await beside({ isLocalpartAvailable: async () => ({ ok: false, reason }) });
			const refused = { ok: false, reason: "localpart-invalid", fault };
			assert.deepEqual([await world.register(), await world.create()], [refused, refused]);
		}
	});

	test("that somebody has here is taken, and the homeserver is not asked", async () => {
		let answers = true;
		await using world = await beside({
			isLocalpartAvailable: () => (answers ? Promise.resolve({ ok: true }) : silent()),
		});
		assert.ok((await world.register()).ok);
		answers = false;
		assert.deepEqual(await world.register(), { ok: false, reason: "localpart-taken" });
	});

	test("is not told to be for the homeserver to mend where the fault is ours", async () => {
		const isLocalpartAvailable = () => Promise.reject(new TypeError("a fault of ours"));
		await using world = await beside({ isLocalpartAvailable });
		await assert.rejects(world.register(), /a fault of ours/);
		assert.equal(await world.accounts(), 0);
	});

	test("is given to nobody while the homeserver does not answer", async () => {
		await using world = await beside({ isLocalpartAvailable: silent, findUser: silent });
		const unavailable = { ok: false, reason: "homeserver-unavailable" };
		const outcomes = [await world.register(), await world.create(), await world.adopt()];
		assert.deepEqual(outcomes, [unavailable, unavailable, unavailable]);
		assert.equal(await world.accounts(), 0);
	});

	test("is adopted as it is there, in upper case too, beside who has it in another; nobody new gets such a one", async () => {
		const known: string[] = [];
		await using world = await beside({
			isLocalpartAvailable: async () => ({ ok: true }),
			async findUser(localpart) {
				known.push(localpart);
				return { deactivated: false };
			},
		});
		assert.ok((await world.register()).ok, "alice is somebody here");
		const adopt = async (localpart: string) => {
			const outcome = await world.operatorBeside.adopt({ localpart, password }, byOperator);
			return outcome.ok ? outcome.account.localpart : outcome.reason;
		};
		assert.equal(await adopt("Alice"), "Alice");
		assert.equal(await adopt("Alice"), "localpart-taken");
		assert.equal(await adopt("Bob!"), "Bob!");
		assert.equal(await adopt("zo\u00eb"), "localpart-invalid");
		assert.equal(await adopt(""), "localpart-invalid");
		assert.deepEqual(known, ["Alice", "Bob!"]);
		const made = await world.operatorBeside.create({ localpart: "Carol", password }, byOperator);
		assert.ok(!made.ok && made.reason === "localpart-invalid");
	});

	test("is adopted from somebody the homeserver has closed only where that is to be opened", async () => {
		await using closed = await beside({ findUser: async () => ({ deactivated: true }) });
		assert.deepEqual(await closed.adopt(), { ok: false, reason: "closed-at-homeserver" });
		assert.equal(await closed.accounts(), 0);
		assert.ok((await closed.adopt(true)).ok);
		await using unknown = await beside({ findUser: async () => undefined });
		assert.deepEqual(await unknown.adopt(true), { ok: false, reason: "unknown-at-homeserver" });
	});

	test("is adopted only from somebody the homeserver has; with their display name", async () => {
		await using unknown = await beside({ findUser: async () => undefined });
		assert.deepEqual(await unknown.adopt(), { ok: false, reason: "unknown-at-homeserver" });
		await using known = await beside({
			findUser: async () => ({ displayName: "Alice of old", deactivated: false }),
		});
		const adopted = await known.adopt();
		assert.ok(adopted.ok);
		assert.equal(adopted.account.displayName, "Alice of old");
		assert.deepEqual(await known.people.byName("alice"), adopted.account);
		assert.deepEqual(await known.adopt(), { ok: false, reason: "localpart-taken" });
	});

	test("is told to the homeserver where it is new; adopted, it forgets the devices of before, and opens what it closed", async () => {
		await using world = await beside({ isLocalpartAvailable: async () => ({ ok: true }) });
		const made = await world.create();
		assert.ok(made.ok);
		assert.deepEqual(await told(world, made.account.id), [{ kind: "add-user" }]);
		const forgetDevices = { kind: "delete-all-devices" };
		const opening = [{ kind: "reactivate-user" }, { kind: "set-locked", locked: false }];
		for (const [deactivated, first] of [
			[false, []],
			[true, opening],
		] as const) {
			await using known = await beside({ findUser: async () => ({ deactivated }) });
			const adopted = await known.adopt(true);
			assert.ok(adopted.ok);
			assert.deepEqual(await told(known, adopted.account.id), [...first, forgetDevices]);
		}
	});
});
