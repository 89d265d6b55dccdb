import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId, type OpenHold } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { Storage } from "../../src/storage/index.ts";
import { type openTemporaryStorage, seedAccount, tableRows } from "../support/storage.ts";

const now = 1_000_000;
const alice = asAccountId("account-alice");
const by = { accountId: alice, sessionId: asSessionId("alice/ONE") };
const hold: OpenHold = {
	...{ reference: "h", accountId: alice, floor: 2, devices: [asDeviceId("ONE")] },
	...{ openedAt: now, lastAt: now, state: "held" },
};
const backup = "m.megolm_backup.v1";
const [first, other, third] = [
	"m.secret_storage.key.K1",
	"m.secret_storage.key.K2",
	"m.secret_storage.key.K3",
] as const;
const secret = (ciphertext: string) => ({ encrypted: { K1: { ciphertext } } });
/** An object whose JSON has so many bytes. */
const sized = (bytes: number) => ({ text: "x".repeat(bytes - JSON.stringify({ text: "" }).length) });

/** Of what a token writes, what takes a place among what opens a backup that comes back alone. */
export function keptOpeningContract(name: string, open: typeof openTemporaryStorage): void {
	/** A hold with what opens the backup copied: its key, encrypted with K1. */
	async function opened() {
		const storage = await open();
		await seedAccount(storage, { localpart: "alice", deviceIds: ["ONE"], at: 1 });
		const write: Storage["write"] = (work) => storage.write(work);
		await write(async ({ holds }) => {
			await holds.put(hold);
			await holds.copy(hold, { type: backup, content: secret("b") });
		});
		const stored = (type: string, content: object) =>
			write(async (unit) =>
				unit.accountData.put(
					{ accountId: alice, type, content: { ...content } },
					await unit.stream.next(alice),
				),
			);
		await stored(backup, secret("b"));
		return {
			...{ storage, write, stored },
			rows: async () =>
				(await tableRows(storage.place, "held_account_data"))
					.map(({ type, before }) => [String(type), String(before).length] as const)
					.toSorted(([a], [b]) => (a < b ? -1 : 1)),
			[Symbol.asyncDispose]: storage.close,
		};
	}
	type World = Awaited<ReturnType<typeof opened>>;
	/** An app wrote something that the account data do not hold any more. */
	const backInPart = ({ write }: World) =>
		write(async ({ holds }) => {
			assert.equal(await holds.putBack(hold, { now, asideUntil: now + 5 }), "in-part");
			await holds.letRead(alice, { ...by, until: now + 3 });
		});

	describe(`what opens a backup that comes back alone, in ${name}`, () => {
		test("is not lost where a key is written over with which it is not encrypted: that takes no place", async () => {
			await using world = await opened();
			await world.stored(first, { mac: "x" });
			await world.write(async ({ holds }) => {
				await holds.copy(hold, { type: first, content: { mac: "x" } });
				await holds.setAside(hold, { type: other, before: { mac: "y" }, content: { n: 1 } });
			});
			await backInPart(world);
			assert.deepEqual(await world.storage.read.holds.kept(alice), []);
			assert.deepEqual(await world.rows(), []);
		});

		test("is kept as it stood when it was written over, and no other key, whatever fills the half mebibyte", async () => {
			await using world = await opened();
			await world.write(async ({ holds }) => {
				await holds.setAside(hold, { type: other, before: sized(524_000), content: {} });
				await holds.copy(hold, { type: first, content: { mac: "old" } });
				await holds.setAside(hold, { type: first, before: { mac: "x" }, content: { n: 1 } });
				await holds.setAside(hold, { type: backup, before: secret("c"), content: { n: 1 } });
			});
			await backInPart(world);
			const secrets = { [backup]: secret("c"), [first]: { mac: "x" } };
			assert.deepEqual(await world.storage.read.holds.readable(by, now), [
				{ version: 2, until: now + 5, secrets },
			]);
			assert.deepEqual(
				(await world.rows()).map(([type]) => type),
				[backup, first],
			);
		});

		test("is kept where it was only copied and another device wrote over it, though all that was taken is back", async () => {
			for (const [floor, outcome, kept] of [
				[2, "in-part", 1],
				[0, "whole", 0],
			] as const) {
				await using world = await opened();
				await world.stored(backup, secret("newer"));
				await world.stored(other, {});
				await world.write(async ({ holds }) => {
					await holds.put({ ...hold, floor });
					await holds.setAside(hold, { type: other, before: { mac: "y" }, content: {} });
					assert.equal(await holds.putBack({ ...hold, floor }, { now, asideUntil: now + 5 }), outcome);
				});
				const { accountData, holds } = world.storage.read;
				assert.deepEqual(await accountData.get(alice, other), { mac: "y" });
				assert.deepEqual(await accountData.get(alice, backup), secret("newer"));
				assert.equal((await holds.kept(alice)).length, kept);
			}
		});

		test("has 64 KiB a type beside the half mebibyte, and no more", async () => {
			await using world = await opened();
			await world.write(async ({ holds }) => {
				await holds.setAside(hold, { type: other, before: sized(524_288), content: {} });
				await holds.copy(hold, { type: third, content: sized(20) });
				await holds.copy(hold, { type: first, content: sized(65_537) });
			});
			assert.deepEqual((await world.rows()).slice(1), [[other, 524_288]]);
			await world.write(({ holds }) => holds.copy(hold, { type: first, content: sized(65_536) }));
			assert.deepEqual((await world.rows()).slice(1), [
				[first, 65_536],
				[other, 524_288],
			]);
		});
	});
}
