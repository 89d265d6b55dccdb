import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asAccountId } from "@countersign/core";
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
