import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asAccountId, type OpenHold } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { Storage } from "../../src/storage/index.ts";

const [alice, bob] = [asAccountId("account-alice"), asAccountId("account-bob")];

/** What every storage must hold of what is done to people and devices, where a Synapse has to follow. */
export function effectsBesideContract(name: string, open: () => Promise<Storage>): void {
	async function opened() {
		const storage = await open();
		await storage.write(async ({ accounts }) => {
			await accounts.add({ id: alice, localpart: "alice", passwordHash: "h", createdAt: 1 });
			await accounts.add({ id: bob, localpart: "bob", passwordHash: "h", createdAt: 1 });
		});
		const made = (accountId: AccountId, deviceId: string) => ({
			...{ accountId, deviceId: asDeviceId(deviceId), making: "m", now: 1 },
		});
		return {
			storage,
			make: (accountId: AccountId, deviceId: string) =>
				storage.write(async ({ homeserverDevices }) => {
					await homeserverDevices.begin(made(accountId, deviceId));
					await homeserverDevices.finish(made(accountId, deviceId));
				}),
			/** What Synapse is to be told next about that person. */
			told: async (accountId: AccountId) =>
				(
					await storage.write((unit) =>
						unit.homeserverTasks.claim({ accountId, now: 20, early: false, lease: "l", until: 120 }),
					)
				)?.telling,
			[Symbol.asyncDispose]: storage.close,
		};
	}

	describe(`what is done beside Synapse, in ${name}`, () => {
		test("a device has room beside fewer than so many of its person's, and one that is there has it", async () => {
			await using world = await opened();
			const hasRoom = (accountId: AccountId, deviceId: string, atMost: number) =>
				world.storage.read.homeserverDevices.hasRoom({ accountId, deviceId: asDeviceId(deviceId), atMost });
			await world.make(alice, "PHONE");
			await world.make(alice, "LAPTOP");
			await world.make(bob, "TABLET");
			assert.deepEqual([await hasRoom(alice, "OTHER", 3), await hasRoom(alice, "OTHER", 2)], [true, false]);
			assert.deepEqual([await hasRoom(alice, "PHONE", 2), await hasRoom(alice, "TABLET", 2)], [true, false]);
			assert.equal(await hasRoom(bob, "OTHER", 2), true);
		});

		test("with a closed account go the devices that were made for it, and nobody else's", async () => {
			await using world = await opened();
			await world.make(alice, "PHONE");
			await world.make(bob, "PHONE");
			await world.storage.write((unit) => unit.homeserver.removeUser(alice, false, 2));
			const has = (accountId: AccountId) =>
				world.storage.read.homeserver.hasDevice(accountId, asDeviceId("PHONE"));
			assert.deepEqual([await has(alice), await has(bob)], [false, true]);
			assert.deepEqual(await world.told(alice), { kind: "delete-user", erase: false });
			assert.equal(await world.told(bob), undefined);
		});

		test("with a closed account goes what apps removed of it, held, kept or to be told, and nobody else's", async () => {
			await using world = await opened();
			const type = "m.megolm_backup.v1";
			const ends = ["held", "kept", "returning", "dropping"] as const;
			const holdOf = (accountId: AccountId, end: (typeof ends)[number]): OpenHold => ({
				...{ reference: `${end} of ${accountId}`, accountId, floor: 2, devices: [asDeviceId("PHONE")] },
				...{ openedAt: 1, lastAt: 1, state: "held" },
			});
			for (const accountId of [alice, bob])
				for (const end of ends.toReversed())
					await world.storage.write(async ({ holds }) => {
						const hold = holdOf(accountId, end);
						await holds.put(hold);
						await holds.setAside(hold, { type, before: { of: "it" }, content: {} });
						if (end === "kept") await holds.keep(hold, { until: 99, now: 1 });
						if (end === "returning") await holds.putBack(hold, { now: 1 });
						if (end === "dropping") await holds.drop(hold, 1);
					});
			await world.storage.write((unit) => unit.homeserver.removeUser(alice, false, 2));
			const { holds, heldBeside } = world.storage.read;
			const left = async (accountId: AccountId) => ({
				open: (await holds.open(accountId))?.reference,
				kept: (await holds.kept(accountId)).length,
				todo: (await heldBeside.work(accountId)).map(({ todo }) => todo),
				data: await Promise.all(
					ends.map(async (end) => (await heldBeside.accountData(holdOf(accountId, end).reference)).length),
				),
				opened: (await holds.openedSince(accountId, 0)).count,
			});
			assert.deepEqual(await left(alice), {
				...{ open: undefined, kept: 0, todo: [], data: [0, 0, 0, 0], opened: 0 },
			});
			const { open, kept, todo, data, opened: count } = await left(bob);
			assert.deepEqual(
				[open, kept, todo.toSorted(), data, count],
				[holdOf(bob, "held").reference, 1, ["drop", "put-back"], [1, 1, 1, 0], 4],
			);
			assert.deepEqual(await world.told(alice), { kind: "delete-user", erase: false });
		});

		test("somebody new is made there, and somebody who was known before loses the devices of then", async () => {
			await using world = await opened();
			await world.storage.write(async ({ homeserver }) => {
				await homeserver.addUser(alice, 1);
				await homeserver.addUser(bob, 1, true);
			});
			assert.deepEqual(
				[await world.told(alice), await world.told(bob)],
				[{ kind: "add-user" }, { kind: "delete-all-devices" }],
			);
		});
	});
}
