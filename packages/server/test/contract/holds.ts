import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId, type OpenHold } from "@countersign/core";
import { asDeviceId, type DeviceId } from "@countersign/protocol";
import type { Storage } from "../../src/storage/index.ts";
import { type openTemporaryStorage, seedAccount, tableRows } from "../support/storage.ts";

const now = 1_000_000;
const [alice, bob] = [asAccountId("account-alice"), asAccountId("account-bob")];
const [one, two, dry] = [asDeviceId("ONE"), asDeviceId("TWO"), asDeviceId("DRY")];
const held: OpenHold = {
	...{ reference: "h", accountId: alice, floor: 2, devices: [one], dehydratedDevice: dry },
	...{ openedAt: now, lastAt: now, state: "held" },
};
const kept = { reference: "h", accountId: alice, floor: 2, devices: [one] };
const secret = (letter: string) => ({ encrypted: { K1: { ciphertext: letter } } });
const [master, backup, defaultKey] = [
	"m.cross_signing.master",
	"m.megolm_backup.v1",
	"m.secret_storage.default_key",
] as const;

/** What every storage must hold of what apps removed on the way to a reset. */
export function holdsContract(name: string, open: typeof openTemporaryStorage): void {
	/** Alice with two backup versions of one key each, a dehydrated device, and secrets of which all were emptied. */
	async function seeded() {
		const storage = await open();
		await seedAccount(storage, { localpart: "alice", deviceIds: ["ONE", "TWO"], at: 1 });
		await storage.write(async (unit) => {
			await unit.devices.add({ accountId: alice, deviceId: dry, createdAt: 1 });
			for (const version of [1, 2]) {
				await unit.backups.create(alice, { algorithm: "a", authData: { version } }, 1);
				await unit.backedUpKeys.keep(
					{ accountId: alice, version },
					{
						...{ roomId: "!r", sessionId: "s", firstMessageIndex: 0, forwardedCount: 0, isVerified: true },
						sessionData: { version },
					},
				);
			}
			await unit.holds.put(held);
			for (const [type, before] of [
				[defaultKey, { key: "K1" }],
				[master, secret("a")],
				[backup, secret("b")],
			] as const) {
				await unit.holds.setAside(held, { type, before, content: {} });
				await unit.accountData.put({ accountId: alice, type, content: {} }, await unit.stream.next(alice));
			}
		});
		const write: Storage["write"] = (work) => storage.write(work);
		const dataOf = (type: string) => storage.read.accountData.get(alice, type);
		const keysOf = async (version: number) =>
			(await storage.read.backedUpKeys.list({ accountId: alice, version }, {})).length;
		return { storage, write, dataOf, keysOf, [Symbol.asyncDispose]: storage.close };
	}

	describe(`holds in ${name}`, () => {
		test("one is open of an account: it is read as it was put, and there is no second", async () => {
			await using world = await seeded();
			assert.deepEqual(await world.storage.read.holds.open(alice), held);
			await assert.rejects(world.write((unit) => unit.holds.put({ ...held, reference: "other" })));
			const asked: OpenHold = { ...held, state: "asked", floor: 3, devices: [one, two], lastAt: now + 1 };
			await world.write((unit) => unit.holds.put(asked));
			assert.deepEqual(await world.storage.read.holds.open(alice), asked);
			assert.deepEqual(await world.storage.read.holds.openAccounts(), [alice]);
		});

		test("comes back with what the person had switched off before, and without a dehydrated device once there is another", async () => {
			await using world = await seeded();
			await world.write((unit) => unit.holds.releaseDehydrated(alice));
			assert.equal("dehydratedDevice" in ((await world.storage.read.holds.open(alice)) ?? held), false);
			await world.write(async (unit) => {
				await unit.holds.drop(held, now);
				await unit.holds.put({ ...held, reference: "second", switchedOff: ["m.a", "m.b"] });
			});
			const open = await world.storage.read.holds.open(alice);
			assert.deepEqual(open, { ...held, reference: "second", switchedOff: ["m.a", "m.b"] });
			await world.write(async (unit) => {
				await unit.holds.keep({ ...held, reference: "second" }, { until: now + 5, now });
				await unit.holds.releaseDehydrated(alice);
			});
			assert.deepEqual(
				(await tableRows(world.storage.place, "holds")).map((row) => row.dehydrated_device).sort(),
				["DRY", null].sort(),
				"what is closed is what it was",
			);
		});

		test("hides from the devices that removed, and from no other", async () => {
			await using world = await seeded();
			const { hiddenFrom } = world.storage.read.holds;
			assert.deepEqual(await hiddenFrom({ accountId: alice, deviceId: one }), {
				floor: 2,
				dehydratedDevice: dry,
			});
			assert.deepEqual(await hiddenFrom({ accountId: alice, deviceId: two }), { floor: 0 });
		});

		test("a version that was taken alone is gone, kept and dropped without those before it", async () => {
			await using world = await seeded();
			const { holds, backups } = world.storage.read;
			const alone = { ...held, reference: "alone", floor: 0, alone: [2] };
			await world.write(async (unit) => {
				await unit.backups.create(alice, { algorithm: "a", authData: {} }, 1);
				await unit.holds.putBack(held, { now });
				await unit.holds.put(alone);
			});
			assert.deepEqual(await holds.open(alice), alone);
			const hidden = { floor: 0, alone: [2], dehydratedDevice: dry };
			assert.deepEqual(await holds.hiddenFrom({ accountId: alice, deviceId: one }), hidden);
			await world.write((unit) => unit.holds.keep(alone, { until: now + 5, now }));
			const standing = async () =>
				(await Promise.all([1, 2, 3].map((version) => backups.find(alice, version)))).map(
					(found) => found?.version,
				);
			assert.deepEqual(await standing(), [1, undefined, 3]);
			const by = { accountId: alice, sessionId: asSessionId("alice/ONE") };
			await world.write((unit) => unit.holds.letRead(alice, { ...by, until: now + 3 }));
			assert.deepEqual(
				(await holds.readable(by, now)).map(({ version }) => version),
				[2],
			);
			assert.deepEqual(await Promise.all([0, 1, 2].map((version) => holds.isReadable(by, version, now))), [
				false,
				false,
				true,
			]);
			const [over] = await world.write((unit) => unit.holds.dropOver(now + 6, now + 6));
			assert.deepEqual([over?.floor, over?.alone, over?.isReplaced], [0, [2], undefined]);
			assert.deepEqual([await world.keysOf(1), await world.keysOf(2)], [1, 0]);
			assert.deepEqual(await standing(), [1, undefined, 3]);
			const third = { ...alone, reference: "third", alone: [3] };
			await world.write(async (unit) => {
				await unit.holds.put(third);
				await unit.holds.drop(third, now);
			});
			assert.deepEqual(await standing(), [1, undefined, undefined]);
			assert.equal(await world.keysOf(1), 1);
		});

		test("is put back once, with the account data in which nothing was written since, the default key last", async () => {
			await using world = await seeded();
			const from = await world.storage.read.stream.position(alice);
			assert.equal(await world.write((unit) => unit.holds.putBack(held, { now })), "whole");
			const upTo = await world.storage.read.stream.position(alice);
			const told = await world.storage.read.accountData.between(alice, { after: from, upTo });
			assert.deepEqual(
				told.map(({ type, content }) => [type, content]),
				[
					[master, secret("a")],
					[backup, secret("b")],
					[defaultKey, { key: "K1" }],
				],
			);
			assert.equal(await world.storage.read.holds.open(alice), undefined);
			await world.write((unit) => unit.holds.putBack(held, { now }));
			assert.equal(await world.storage.read.stream.position(alice), upTo, "nothing is written a second time");
			await world.write((unit) => unit.holds.keep(held, { until: now + 1, now }));
			assert.equal((await world.storage.read.backups.current(alice))?.version, 2, "what is back stays");
		});

		test("puts back no account data where one type holds something newer", async () => {
			await using world = await seeded();
			await world.write(async (unit) =>
				unit.accountData.put(
					{ accountId: alice, type: backup, content: secret("newer") },
					await unit.stream.next(alice),
				),
			);
			assert.equal(await world.write((unit) => unit.holds.putBack(held, { now })), "in-part");
			assert.deepEqual(
				[await world.dataOf(defaultKey), await world.dataOf(master), await world.dataOf(backup)],
				[{}, {}, secret("newer")],
			);
		});

		describe("back in part", () => {
			const by = { accountId: alice, sessionId: asSessionId("alice/ONE") };
			const description = "m.secret_storage.key.K1";
			/** Something newer is in secret storage, and the recovery key's description was copied. */
			async function changed(asideUntil?: number, removed = held) {
				const world = await seeded();
				await world.write(async (unit) => {
					await unit.holds.put(removed);
					await unit.holds.copy(removed, { type: description, content: { mac: "x" } });
					const entry = { accountId: alice, type: defaultKey, content: { key: "K2" } };
					await unit.accountData.put(entry, await unit.stream.next(alice));
					assert.equal(await unit.holds.putBack(removed, { now, asideUntil }), "in-part");
				});
				const { holds, backups } = world.storage.read;
				return {
					...world,
					types: async () =>
						(await tableRows(world.storage.place, "held_account_data")).map(({ type }) => type).toSorted(),
					states: async () =>
						(await tableRows(world.storage.place, "holds")).map((row) => [row.state, row.kept_until]),
					readable: async () => {
						await world.write((unit) => unit.holds.letRead(alice, { ...by, until: now + 3 }));
						return holds.readable(by, now);
					},
					/** The backup and its keys are as they were. */
					async stands() {
						assert.equal((await backups.current(alice))?.version, 2);
						assert.deepEqual([await world.keysOf(1), await world.keysOf(2)], [1, 1]);
						assert.deepEqual(await holds.hiddenFrom({ accountId: alice, deviceId: one }), { floor: 0 });
						assert.equal(await holds.tookForGood({ accountId: alice, deviceId: one }, now - 1), false);
					},
				};
			}

			test("keeps what opens the backup for its person, and nothing of the identity, while the backup stands", async () => {
				await using world = await changed(now + 5);
				await world.stands();
				assert.deepEqual(await world.types(), [backup, description]);
				assert.deepEqual(await world.storage.read.holds.kept(alice), [
					{ ...kept, isBack: true, endedAt: now, until: now + 5 },
				]);
				const secrets = { [backup]: secret("b"), [description]: { mac: "x" } };
				assert.deepEqual(await world.readable(), [{ version: 2, until: now + 5, secrets }]);
			});

			test("keeps it until its time, and the backup stays after it", async () => {
				await using world = await changed(now + 5);
				const { hasOver } = world.storage.read.holds;
				const over = (before: number) => world.write((unit) => unit.holds.dropOver(before, now + 6));
				assert.deepEqual([await hasOver(now + 5), await over(now + 5)], [false, []]);
				assert.equal(await hasOver(now + 6), true);
				assert.deepEqual(
					(await over(now + 6)).map(({ isBack }) => isBack),
					[true],
				);
				assert.deepEqual([await world.types(), await world.readable()], [[], []]);
				assert.deepEqual(await world.states(), [["back", null]]);
				await world.stands();
			});

			test("drops it with all that is kept, and the backup stays", async () => {
				await using world = await changed(now + 5);
				const dropped = await world.write((unit) => unit.holds.dropKept(alice, now + 1));
				assert.deepEqual(
					dropped.map(({ isBack }) => isBack),
					[true],
				);
				assert.deepEqual([await world.types(), await world.states()], [[], [["back", null]]]);
				await world.stands();
			});

			test("keeps nothing where nothing is to be kept", async () => {
				await using world = await changed();
				assert.deepEqual([await world.types(), await world.states()], [[], [["back", null]]]);
			});

			test("keeps it for the version that stands where none was removed", async () => {
				await using world = await changed(now + 5, { ...held, floor: 0 });
				assert.deepEqual(
					(await world.readable()).map(({ version }) => version),
					[2],
				);
				await world.stands();
			});

			test("keeps it for a version that was taken alone", async () => {
				await using world = await changed(now + 5, { ...held, floor: 0, alone: [1] });
				assert.deepEqual(
					(await world.readable()).map(({ version }) => version),
					[1],
				);
			});

			test("keeps nothing where what opens the backup was only copied, and stands", async () => {
				await using world = await seeded();
				await world.write(async (unit) => {
					await unit.holds.drop(held, now);
					const copied: OpenHold = { ...held, reference: "copied" };
					await unit.holds.put(copied);
					const entry = { accountId: alice, type: backup, content: secret("b") };
					await unit.accountData.put(entry, await unit.stream.next(alice));
					await unit.holds.copy(copied, { type: backup, content: secret("b") });
					await unit.holds.setAside(copied, { type: master, before: secret("a"), content: { n: 1 } });
					assert.equal(await unit.holds.putBack(copied, { now, asideUntil: now + 5 }), "in-part");
				});
				assert.deepEqual(await world.storage.read.holds.kept(alice), []);
				assert.deepEqual(await tableRows(world.storage.place, "held_account_data"), []);
			});
		});

		test("kept of an approved reset is known from what was wanted away, and every version that was taken is read", async () => {
			await using world = await seeded();
			const { holds } = world.storage.read;
			const both: OpenHold = { ...held, floor: 1, alone: [3, 4] };
			const by = { accountId: alice, sessionId: asSessionId("alice/ONE") };
			await world.write(async (unit) => {
				await unit.holds.put(both);
				await unit.holds.keep(both, { until: now + 5, now, isReplaced: true });
				await unit.holds.letRead(alice, { sessionId: by.sessionId, until: now + 3 });
			});
			assert.deepEqual(
				(await holds.kept(alice)).map(({ isReplaced }) => isReplaced),
				[true],
			);
			assert.deepEqual(
				(await holds.readable(by, now)).map(({ version, secrets }) => [version, Object.keys(secrets)]),
				[1, 3, 4].map((version) => [version, [backup]]),
			);
			assert.deepEqual(
				await Promise.all([0, 1, 2, 3, 4].map((version) => holds.isReadable(by, version, now))),
				[false, true, false, true, true],
			);
		});

		test("of each type the first value comes back, if it holds what was written last", async () => {
			await using world = await seeded();
			const content = { key: "K2" };
			await world.write(async (unit) => {
				await unit.holds.setAside(held, { type: defaultKey, before: {}, content });
				const position = await unit.stream.next(alice);
				await unit.accountData.put({ accountId: alice, type: defaultKey, content }, position);
			});
			assert.equal(await world.write((unit) => unit.holds.putBack(held, { now })), "whole");
			assert.deepEqual(await world.dataOf(defaultKey), { key: "K1" });
		});

		test("sets aside half a mebibyte at most; what is more does not come back, and says so", async () => {
			await using world = await seeded();
			const large = { text: "x".repeat(512 * 1024) };
			const type = "m.secret_storage.key.K9";
			await world.write(async (unit) => {
				await unit.holds.setAside(held, { type, before: large, content: {} });
				await unit.accountData.put({ accountId: alice, type, content: {} }, await unit.stream.next(alice));
			});
			assert.equal(await world.write((unit) => unit.holds.putBack(held, { now })), "in-part");
			assert.deepEqual(await world.dataOf(type), {});
		});

		test("kept: gone to everybody, its keys dropped after that time and not at it, secrets of the identity at once", async () => {
			await using world = await seeded();
			await world.write((unit) => unit.holds.keep(held, { until: now + 5, now }));
			const { read } = world.storage;
			assert.equal(await read.backups.current(alice), undefined);
			assert.equal(await read.backups.lastRemovedAt(alice), now);
			assert.equal(await read.backedUpKeys.countAll(alice), 0, "what is kept counts against nobody");
			assert.equal(await read.devices.find(alice, dry), undefined);
			assert.equal((await read.holds.kept(alice)).length, 1);
			const types = (await tableRows(world.storage.place, "held_account_data")).map(({ type }) => type);
			assert.deepEqual(types.toSorted(), [backup, defaultKey]);
			assert.deepEqual(await world.write((unit) => unit.holds.dropOver(now + 5, now)), []);
			assert.deepEqual([await world.keysOf(1), await world.keysOf(2)], [1, 1]);
			const dropped = await world.write((unit) => unit.holds.dropOver(now + 6, now));
			assert.deepEqual(dropped, [{ ...kept, isBack: false, endedAt: now, until: now + 5 }]);
			assert.deepEqual([await world.keysOf(1), await world.keysOf(2)], [0, 0]);
			assert.equal((await read.holds.kept(alice)).length, 0);
			const again = await world.write((unit) =>
				unit.backups.create(alice, { algorithm: "a", authData: {} }, now),
			);
			assert.equal(again, 3, "numbers are never given out again");
		});

		test("dropped: its keys go at once, and with the account every trace of it", async () => {
			await using world = await seeded();
			await world.write((unit) => unit.holds.drop(held, now));
			assert.deepEqual([await world.keysOf(1), await world.keysOf(2)], [0, 0]);
			const { read } = world.storage;
			assert.deepEqual(await read.holds.openedSince(alice, now - 1), { count: 1, oldestAt: now });
			assert.deepEqual(await read.holds.openedSince(alice, now), { count: 0 });
			await world.write((unit) => unit.homeserver.removeUser(alice, false, now));
			assert.deepEqual(await read.holds.openedSince(alice, 0), { count: 0 });
		});

		test("taken for good by its devices is what is kept or dropped, from the moment after, and of no other account", async () => {
			await using world = await seeded();
			const { holds } = world.storage.read;
			const took = (deviceId: DeviceId, since: number, accountId = alice) =>
				holds.tookForGood({ accountId, deviceId }, since);
			assert.equal(await took(one, now - 1), false, "it may come back");
			await world.write((unit) => unit.holds.keep(held, { until: now + 5, now: now + 1 }));
			assert.deepEqual([await took(one, now - 1), await took(one, now)], [true, false]);
			assert.equal(await took(dry, now - 1), false);
			assert.equal(await took(one, now - 1, bob), false);
			await world.write((unit) => unit.holds.dropKept(alice, now + 2));
			assert.deepEqual([await took(one, now - 1), await took(one, now)], [true, false]);
			const again = { ...held, reference: "again", lastAt: now + 3 };
			await world.write((unit) => unit.holds.put(again));
			await world.write((unit) => unit.holds.putBack(again, { now: now + 4 }));
			assert.equal(await took(one, now + 2), false, "it came back");
		});

		test("what is kept goes at its person's word, and what is held stays", async () => {
			await using world = await seeded();
			await world.write((unit) => unit.holds.dropKept(alice, now));
			assert.deepEqual([await world.keysOf(2), (await world.storage.read.holds.open(alice))?.floor], [1, 2]);
			await world.write((unit) => unit.holds.keep(held, { until: now + 5, now }));
			await world.write((unit) => unit.holds.dropKept(alice, now));
			assert.deepEqual([await world.keysOf(2), (await world.storage.read.holds.kept(alice)).length], [0, 0]);
		});
	});
}
