import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openTemporaryStorage, seedAccount } from "../../test/support/storage.ts";
import { cleanUp } from "./index.ts";
import type { CleanUpStorage } from "./ports.ts";

const hour = 3_600_000;
const now = 1_800_000_000_000;

async function seeded() {
	const storage = await openTemporaryStorage();
	const alice = await seedAccount(storage, { localpart: "alice", deviceIds: ["PHONE"], at: now });
	return { ...alice, storage, [Symbol.asyncDispose]: () => storage.close() };
}

describe("clean-up", () => {
	test("removes devices that a broken-off sign-in left an hour ago, with what was sent to them", async () => {
		await using world = await seeded();
		const { storage, accountId } = world;
		const left = { accountId, deviceId: "LEFT" };
		await storage.write(async (unit) => {
			for (const deviceId of ["PHONE", "LEFT", "DEHYDRATED"])
				await unit.devices.add({ accountId, deviceId, createdAt: now });
			await unit.dehydratedDevices.put({ accountId, deviceId: "DEHYDRATED", data: {} });
			await unit.toDevice.queue([{ to: left, sender: "@b:x", type: "m.test", content: {} }], 1);
		});
		assert.deepEqual(await cleanUp(storage, now + hour), {}, "a sign-in may be under way");
		assert.deepEqual(await cleanUp(storage, now + hour + 1), { "devices nobody uses": 1 });
		assert.equal(await storage.read.devices.find(accountId, "LEFT"), undefined);
		assert.equal(await storage.read.toDevice.hasUpTo(left, 1), false);
		for (const deviceId of ["PHONE", "DEHYDRATED"])
			assert.ok(await storage.read.devices.find(accountId, deviceId), deviceId);
	});

	test("forgets a request to sign in once it is over, and a code a day later", async () => {
		await using world = await seeded();
		const { storage } = world;
		const kinds = ["Interaction", "AuthorizationCode"] as const;
		for (const kind of kinds)
			await storage.write((unit) =>
				unit.engineRecords.put({ kind, idHash: "h", payload: "{}", expiresAt: now }),
			);
		assert.deepEqual(await cleanUp(storage, now), {});
		assert.deepEqual(await cleanUp(storage, now + 1), { interactions: 1 });
		assert.deepEqual(await cleanUp(storage, now + 24 * hour), {});
		assert.deepEqual(await cleanUp(storage, now + 24 * hour + 1), { codes: 1 });
	});

	test("deletes much in small bites, each a write of its own", async () => {
		await using world = await seeded();
		const { storage, accountId } = world;
		await storage.write(async (unit) => {
			for (let number = 0; number < 2_500; number++)
				await unit.events.record({ id: `${number}`, accountId, at: 1, kind: "signed-in", detail: {} });
		});
		const bites: number[] = [];
		const watched: CleanUpStorage = {
			read: storage.read,
			write: (work) =>
				storage.write(async (unit) => {
					return work({
						...unit,
						events: {
							async deleteBefore(at) {
								const count = await unit.events.deleteBefore(at);
								bites.push(count);
								return count;
							},
						},
					});
				}),
		};
		assert.deepEqual(await cleanUp(watched, now), { "security log": 2_500 });
		assert.deepEqual(bites, [1_000, 1_000, 500, 0]);
	});
});
