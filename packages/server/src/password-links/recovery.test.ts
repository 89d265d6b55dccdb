/** Nobody is looked up while somebody waits: the same calls to the storage for everything that can be typed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPeopleWorld, random } from "../../test/support/people-world.ts";
import { linkLifetimes } from "./lifetimes.ts";
import { createRecovery } from "./recovery.ts";

test("asking does one and the same thing for whoever is meant, and for nobody", async () => {
	await using world = await openPeopleWorld();
	const accountId = await world.add("alice");
	const [address, key] = ["alice@example.org", "alice@example.org"];
	await world.storage.write(({ addresses }) => addresses.vouch({ accountId, address, key, at: 1 }));
	const calls: string[] = [];
	const noting = <Unit extends object>(unit: Unit): Unit =>
		new Proxy(unit, {
			get(target, part) {
				calls.push(String(part));
				return Reflect.get(target, part);
			},
		});
	const { storage } = world;
	const recovery = createRecovery({
		...{ clock: world.clock, random, newRateLimiter: storage.newRateLimiter, serverName: "localhost" },
		storage: { read: noting(storage.read), write: (work) => storage.write((unit) => work(noting(unit))) },
		secretOf: (seed) => `secret of ${seed}`,
	});
	for (const typed of [
		address,
		" \u2068alice ",
		"@alice:localhost",
		"bob",
		"bob@example.org",
		"",
		"x".repeat(5_000),
	]) {
		calls.length = 0;
		assert.deepEqual(await recovery.ask({ typed, address: "192.0.2.1" }), { ok: true });
		assert.deepEqual(calls, ["recovery"], typed.slice(0, 20));
	}
	await recovery.run(new AbortController().signal);
	assert.equal(await storage.read.recovery.isAny(), false);
	const { waiting } = await storage.read.mailTasks.overview();
	assert.equal(waiting, 3);
	const lines = await storage.read.events.list(accountId, { limit: 100 });
	const from = lines.filter(({ kind }) => kind === "password-link-mailed").map(({ address }) => address);
	assert.deepEqual(from, ["192.0.2.1", "192.0.2.1", "192.0.2.1"]);
	const mailed = (await world.eventsOf(accountId)).filter((kind) => kind === "password-link-mailed");
	assert.equal(mailed.length, 3);
});

test("links last half an hour, a day and a week", () => {
	assert.deepEqual(linkLifetimes, { mailed: 1_800_000, reset: 86_400_000, invitation: 604_800_000 });
});

test("whoever is meant is counted once, whatever stands around the name", async () => {
	await using world = await openPeopleWorld();
	const recovery = createRecovery({
		...{ storage: world.storage, clock: world.clock, random, serverName: "localhost" },
		...{ newRateLimiter: world.storage.newRateLimiter, secretOf: () => "" },
	});
	const told = [];
	for (const typed of ["alice", " alice", "\u2068alice\u2069 ", "Alice", "@alice:localhost", "\talice"]) {
		const { ok } = await recovery.ask({ typed, address: `192.0.2.${told.length}` });
		told.push(ok);
	}
	assert.deepEqual(told, [true, true, true, true, true, false]);
});
