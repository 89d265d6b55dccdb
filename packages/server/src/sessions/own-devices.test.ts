/** What a person does with their devices from a browser. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asSessionId } from "@countersign/core";
import { byOperator } from "../../test/support/actors.ts";
import { openPeopleWorld, password, random } from "../../test/support/people-world.ts";
import { seedAccount } from "../../test/support/storage.ts";
import { createOwnDevices } from "./index.ts";

const address = "192.0.2.9";

async function twoDevices() {
	const world = await openPeopleWorld();
	const { storage, clock } = world;
	const alice = await seedAccount(storage, { localpart: "alice", deviceIds: ["ONE", "TWO"], at: 1 });
	const bob = await seedAccount(storage, { localpart: "bob", deviceIds: ["ONE"], at: 1 });
	assert.ok((await world.operator.setPassword(alice.accountId, password, byOperator)).ok);
	const browser = await world.browserOf(alice.accountId);
	world.advance(1);
	const waitedFor: AccountId[] = [];
	const afterEnd = async (accountId: AccountId) => void waitedFor.push(accountId);
	const liveOf = async (accountId: AccountId) =>
		(await storage.read.sessions.live({ accountId })).map(({ deviceId }) => deviceId).sort();
	return {
		...{ ...world, browser, waitedFor, alice: alice.accountId },
		ownDevices: createOwnDevices({ storage, clock, random, afterEnd }),
		one: asSessionId("alice/ONE"),
		bobs: asSessionId("bob/ONE"),
		left: async () => [await liveOf(alice.accountId), await liveOf(bob.accountId)],
		lines: async (count: number) =>
			(await storage.read.events.list(alice.accountId, { limit: count })).map(({ id: _, ...line }) => line),
		generation: async () => (await storage.read.accounts.find({ id: alice.accountId }))?.generation,
	};
}

describe("signing a device out", () => {
	test("ends it alone, says so in the log with from where, and is answered when the homeserver knows", async () => {
		await using world = await twoDevices();
		const { one: sessionId, alice } = world;
		const proof = await world.proofFor("sign-out-device", world.browser);
		assert.equal(await world.ownDevices.signOut({ sessionId, proof, address }), true);
		assert.deepEqual(await world.left(), [["TWO"], ["ONE"]]);
		assert.deepEqual(world.waitedFor, [alice]);
		const [line] = await world.lines(1);
		assert.deepEqual(
			[line?.kind, line?.at, line?.address, line?.deviceId, line?.detail.reason],
			["device-signed-out", world.clock(), address, "ONE", "signed-out"],
		);
		assert.equal(await world.ownDevices.signOut({ sessionId, proof, address }), false, "a second time");
		assert.deepEqual(world.waitedFor, [alice], "nobody waits for nothing");
	});

	test("does nothing to somebody else's", async () => {
		await using world = await twoDevices();
		const proof = await world.proofFor("sign-out-device", world.browser);
		assert.equal(await world.ownDevices.signOut({ sessionId: world.bobs, proof, address }), false);
		assert.deepEqual(await world.left(), [["ONE", "TWO"], ["ONE"]]);
	});

	test("does nothing from a browser that was signed out meanwhile", async () => {
		await using world = await twoDevices();
		const proof = await world.proofFor("sign-out-device", world.browser);
		await world.browserSessions.end(world.browser.idHash);
		assert.equal(await world.ownDevices.signOut({ sessionId: world.one, proof, address }), false);
		assert.deepEqual(await world.left(), [["ONE", "TWO"], ["ONE"]]);
	});
});

describe("signing out everywhere", () => {
	test("ends every device of the person, and what they agreed to and did not come yet", async () => {
		await using world = await twoDevices();
		const before = (await world.generation()) ?? Number.NaN;
		const proof = await world.proofFor("sign-out-everywhere", world.browser);
		assert.equal(await world.ownDevices.signOutEverywhere({ proof, address }), 2);
		assert.deepEqual(await world.left(), [[], ["ONE"]]);
		assert.equal(await world.generation(), before + 1);
		assert.deepEqual(world.waitedFor, [world.alice]);
		for (const line of await world.lines(2))
			assert.deepEqual(
				[line.kind, line.at, line.address, line.detail.reason],
				["device-signed-out", world.clock(), address, "signed-out-everywhere"],
			);
		assert.equal(await world.ownDevices.signOutEverywhere({ proof, address }), 0);
		assert.deepEqual(world.waitedFor, [world.alice], "nobody waits for nothing");
	});

	test("of a single device is answered when the homeserver knows, too", async () => {
		await using world = await twoDevices();
		const { one: sessionId, alice } = world;
		const one = await world.proofFor("sign-out-device", world.browser);
		await world.ownDevices.signOut({ sessionId, proof: one, address });
		const proof = await world.proofFor("sign-out-everywhere", world.browser);
		assert.equal(await world.ownDevices.signOutEverywhere({ proof, address }), 1);
		assert.deepEqual(world.waitedFor, [alice, alice]);
	});

	test("does nothing from a browser that was signed out meanwhile", async () => {
		await using world = await twoDevices();
		const before = await world.generation();
		const proof = await world.proofFor("sign-out-everywhere", world.browser);
		await world.browserSessions.end(world.browser.idHash);
		assert.equal(await world.ownDevices.signOutEverywhere({ proof, address }), 0);
		assert.deepEqual(await world.left(), [["ONE", "TWO"], ["ONE"]]);
		assert.equal(await world.generation(), before);
	});
});
