import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asAccountId, asSessionId, type SessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { SessionScope } from "../../src/sessions/ports.ts";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

const now = 1_000_000;
const alice = asAccountId("account-alice");
const bob = asAccountId("account-bob");

const aliceOne = asSessionId("alice/ONE");

/** What every storage must hold of devices that outlive their session. */
export function keptDevicesContract(name: string, open: () => Promise<Storage>): void {
	async function seeded() {
		const storage = await open();
		await seedAccount(storage, { localpart: "alice", deviceIds: ["ONE", "TWO"], at: 1 });
		await seedAccount(storage, { localpart: "bob", deviceIds: ["ONE"], at: 1 });
		const keep = (sessionId: SessionId, until: number) =>
			storage.write(async (unit) => {
				await unit.sessions.end({ sessionId }, "code-replayed", now);
				await unit.keptDevices.keep(sessionId, until);
			});
		const release = (which: SessionScope) => storage.write((unit) => unit.keptDevices.release(which));
		const keptOf = async (accountId: AccountId) =>
			(await storage.read.keptDevices.of({ accountId })).map(({ id }) => id);
		return { storage, keep, release, keptOf, [Symbol.asyncDispose]: storage.close };
	}

	describe(`kept devices in ${name}`, () => {
		test("one is kept with the session that ended, for its person alone, and can be asked for by its id", async () => {
			await using world = await seeded();
			await world.keep(aliceOne, now + 5);
			await world.keep(asSessionId("alice/TWO"), now + 7);
			assert.deepEqual(await world.keptOf(alice), ["alice/TWO", "alice/ONE"]);
			assert.deepEqual(await world.keptOf(bob), []);
			const { of } = world.storage.read.keptDevices;
			const [one, more] = await of({ accountId: alice, deviceId: asDeviceId("ONE") });
			assert.equal(more, undefined);
			assert.equal(one?.keptUntil, now + 5);
			assert.equal(one.deviceId, "ONE");
			assert.match(one.clientMetadata, /"client_uri"/);
			assert.deepEqual(await of({ accountId: bob, deviceId: asDeviceId("ONE") }), []);
		});

		test("the device of a session that is live is not kept", async () => {
			await using world = await seeded();
			await world.storage.write((unit) => unit.keptDevices.keep(aliceOne, now));
			assert.deepEqual(await world.keptOf(alice), []);
			assert.equal((await world.storage.read.sessions.live({ accountId: alice })).length, 2);
		});

		test("of many who give one up exactly one gets it", async () => {
			await using world = await seeded();
			await world.keep(aliceOne, now + 5);
			const which = { accountId: alice, deviceId: asDeviceId("ONE") };
			const got = await Promise.all(Array.from({ length: 20 }, () => world.release(which)));
			assert.deepEqual(
				got.flat().map((device) => ({ ...device })),
				[{ id: "alice/ONE", ...which }],
			);
		});

		test("giving up reaches what it names: a session, a device, all, all but one; and nobody else's", async () => {
			await using world = await seeded();
			for (const id of ["alice/ONE", "alice/TWO", "bob/ONE"]) await world.keep(asSessionId(id), now + 5);
			assert.deepEqual(await world.release({ sessionId: asSessionId("bob/ONE"), accountId: alice }), []);
			assert.equal((await world.release({ accountId: alice, exceptSessionId: aliceOne })).length, 1);
			assert.deepEqual(await world.keptOf(alice), ["alice/ONE"]);
			assert.equal((await world.release({ sessionId: aliceOne })).length, 1);
			assert.deepEqual(await world.release({ accountId: alice }), []);
			assert.deepEqual(await world.keptOf(bob), ["bob/ONE"]);
		});

		test("one whose time is over is given up by the clean-up, in batches, and not a millisecond before", async () => {
			await using world = await seeded();
			const { accountId } = await seedAccount(world.storage, {
				localpart: "carol",
				deviceIds: Array.from({ length: 120 }, (_, at) => `D${at}`),
				at: 1,
			});
			for (let at = 0; at < 120; at++) await world.keep(asSessionId(`carol/D${at}`), now);
			await world.keep(aliceOne, now + 1);
			const over = (before: number) => world.storage.write((unit) => unit.keptDevices.releaseOver(before));
			assert.deepEqual(await over(now), []);
			const batches = [await over(now + 1), await over(now + 1), await over(now + 1)];
			assert.deepEqual(
				batches.map(({ length }) => length),
				[100, 20, 0],
			);
			assert.ok(batches.flat().every((device) => device.accountId === accountId));
			assert.deepEqual(await world.keptOf(alice), ["alice/ONE"]);
		});
	});
}
