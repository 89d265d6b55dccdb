import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { laptop, minute, openMemoryWorld, phone } from "../../test/memory-world.ts";
import { accountOf } from "../../test/people.ts";
import { holdSecrets, mostHeldBytes } from "./secrets.ts";
import { holdBack, noteWanted, settleHold } from "./settle.ts";

type World = Awaited<ReturnType<typeof openMemoryWorld>>;

const accountId = accountOf("alice");
const day = 24 * 60 * minute;
let tokens = 0;
const at = (world: World, { device }: { readonly device: string } = phone) => ({
	...{ accountId, deviceId: asDeviceId(device), now: world.now(), newToken: () => `hold-${++tokens}` },
});
const remove = (world: World, version: number, by = phone) =>
	world.storage.write((unit) => holdBack(unit, { ...at(world, by), version }));
const settle = (world: World) => world.storage.write((unit) => settleHold(unit, accountId, at(world)));
const states = (world: World) => world.memory.holds().map(({ state }) => state);
const lines = (world: World) =>
	world.memory
		.events()
		.map(({ kind }) => kind)
		.filter((kind) => kind.startsWith("reset-data"));

describe("what a device removes", () => {
	test("is one hold of the account, which knows the newest version and every device that removed", async () => {
		const world = await openMemoryWorld();
		await remove(world, 3);
		world.advance(1);
		await remove(world, 2, laptop);
		const [hold, ...more] = world.memory.holds();
		assert.deepEqual([hold?.floor, hold?.devices, more], [3, ["ONE", "TWO"], []]);
		assert.deepEqual(lines(world), ["reset-data-held"]);
	});

	test("is in the log with the device that removed last, and where that was where it is known", async () => {
		const world = await openMemoryWorld();
		const address = "192.0.2.7";
		await world.storage.write((unit) => holdBack(unit, { ...at(world), version: 1, address }));
		await remove(world, 1, laptop);
		world.advance(10 * minute);
		await settle(world);
		const told = world.memory.events().filter(({ kind }) => kind.startsWith("reset-data"));
		assert.deepEqual(
			told.map(({ kind, deviceId, address }) => [kind, deviceId, address]),
			[
				["reset-data-held", "ONE", address],
				["reset-data-back", "TWO", undefined],
			],
		);
		assert.ok(told.every((line) => line.address !== undefined || !("address" in line)));
	});

	test("waits for the answer where its device has asked before, or asks after; another's request is none of it", async () => {
		const world = await openMemoryWorld();
		await world.ask("b", laptop);
		await remove(world, 1);
		assert.deepEqual(states(world), ["held"]);
		await world.ask("c", phone);
		assert.deepEqual(states(world), ["asked"]);
		const other = await openMemoryWorld();
		await other.ask("b");
		await remove(other, 1);
		assert.deepEqual(states(other), ["asked"]);
	});

	test("is back with the refusal, in its transaction, and gone to everybody with the upload that was approved", async () => {
		const world = await openMemoryWorld();
		await remove(world, 1);
		await world.deny(await world.ask("b"));
		assert.deepEqual(states(world), ["back"]);
		await remove(world, 1);
		await world.approve(await world.ask("c"));
		assert.deepEqual(states(world), ["back", "asked"]);
		assert.equal((await world.uploadSet("c")).kind, "stored");
		assert.deepEqual(states(world), ["back", "kept"]);
		assert.deepEqual(lines(world).slice(2), ["reset-data-held", "reset-data-kept"]);
	});

	test("stays held as long as its request waits, however long nothing else is removed", async () => {
		const world = await openMemoryWorld();
		await remove(world, 1);
		await world.ask("b");
		world.advance(15 * minute - 1);
		await settle(world);
		assert.deepEqual(states(world), ["asked"]);
	});

	test("after a refusal waits for no answer, though the app repeats the upload and is told of it", async () => {
		const world = await openMemoryWorld();
		await world.deny(await world.ask("b"));
		await remove(world, 1);
		assert.equal((await world.uploadSet("b")).kind, "denied");
		const again = await world.uploadSet("b");
		assert.ok(again.kind === "challenge" && again.refusal !== undefined);
		assert.deepEqual(states(world), ["held"]);
	});

	test("while a person is asked is part of what they are asked about, though the request's time is over", async () => {
		const world = await openMemoryWorld();
		await remove(world, 1);
		await world.ask("b");
		world.advance(15 * minute);
		await remove(world, 2);
		assert.deepEqual(states(world), ["asked"]);
		await settle(world);
		assert.deepEqual(states(world), ["back"]);
	});

	test("is wanted away at once where a newer version stands, unless its device is about to reset", async () => {
		const removeOld = (world: World, by = phone) =>
			world.storage.write((unit) => holdBack(unit, { ...at(world, by), version: 1, isSuperseded: true }));
		const world = await openMemoryWorld();
		assert.equal((await removeOld(world)).kind, "held");
		assert.deepEqual([states(world), lines(world)], [["kept"], ["reset-data-held", "reset-data-wanted"]]);
		world.advance(10 * minute);
		await settle(world);
		assert.deepEqual(states(world), ["kept"]);
		await remove(world, 2, laptop);
		await removeOld(world);
		assert.deepEqual(states(world), ["kept", "held"], "what somebody has begun stays open");
		const asked = await openMemoryWorld();
		await asked.ask("b");
		await removeOld(asked);
		assert.deepEqual(states(asked), ["asked"]);
	});

	test("is taken alone where a newer version stands, beside the newest that goes with all before it", async () => {
		const world = await openMemoryWorld();
		await world.ask("b");
		const taken = async (version: number, isSuperseded: boolean) => {
			await world.storage.write((unit) => holdBack(unit, { ...at(world), version, isSuperseded }));
			const open = await world.storage.read.holds.open(accountId);
			return [open?.floor, open?.alone];
		};
		assert.deepEqual(await taken(7, true), [0, [7]]);
		assert.deepEqual(await taken(3, true), [0, [3, 7]]);
		assert.deepEqual(await taken(3, true), [0, [3, 7]], "a second time it is no other one");
		assert.deepEqual(await taken(5, false), [5, [7]]);
		assert.deepEqual(await taken(4, true), [5, [7]], "it was gone with the newest");
		assert.deepEqual(await taken(8, false), [8, undefined]);
	});

	test("is taken alone twenty times in one hold, and no more", async () => {
		const world = await openMemoryWorld();
		await world.ask("b");
		const take = (version: number) =>
			world.storage.write((unit) => holdBack(unit, { ...at(world), version, isSuperseded: true }));
		for (let version = 1; version <= 20; version += 1) assert.equal((await take(version)).kind, "held");
		assert.deepEqual(await take(21), { kind: "throttled", retryAfterMs: 60 * minute });
		assert.equal((await take(20)).kind, "held");
	});

	test("may be the dehydrated device, which the hold knows from then on", async () => {
		const world = await openMemoryWorld();
		const dehydratedDevice = asDeviceId("DEHYDRATED");
		await remove(world, 1);
		assert.ok(!("dehydratedDevice" in (world.memory.holds()[0] ?? {})));
		await world.storage.write((unit) => holdBack(unit, { ...at(world), dehydratedDevice }));
		await remove(world, 1);
		assert.deepEqual(
			world.memory.holds().map((hold) => [hold.dehydratedDevice, hold.floor]),
			[[dehydratedDevice, 1]],
		);
		const alone = await openMemoryWorld();
		await alone.storage.write((unit) => holdBack(unit, { ...at(alone), dehydratedDevice }));
		assert.equal(alone.memory.holds()[0]?.floor, 0, "no version of the backup is touched by it");
	});

	test("is put back by no upload of its device: the keys that are there already say nothing of it", async () => {
		const world = await openMemoryWorld();
		await remove(world, 1);
		assert.equal((await world.uploadSet("a")).kind, "unchanged");
		assert.deepEqual(states(world), ["held"]);
		const request = await world.ask("b");
		assert.equal((await world.uploadSet("a")).kind, "unchanged");
		await settle(world);
		assert.deepEqual([states(world), (await world.row(request)).state], [["asked"], "pending"]);
		world.advance(15 * minute);
		await settle(world);
		assert.deepEqual([states(world), lines(world).at(-1)], [["back"], "reset-data-back"]);
	});

	test("is back ten minutes after the last of it was removed, and not before", async () => {
		const world = await openMemoryWorld();
		await remove(world, 1);
		world.advance(5 * minute);
		await remove(world, 1);
		world.advance(10 * minute - 1);
		await settle(world);
		assert.deepEqual(states(world), ["held"]);
		world.advance(1);
		await settle(world);
		assert.deepEqual(states(world), ["back"]);
		assert.deepEqual(lines(world), ["reset-data-held", "reset-data-back"]);
	});

	test("is back an hour after the first of it was removed, whatever a thief's device removes meanwhile", async () => {
		const world = await openMemoryWorld();
		await remove(world, 1);
		for (let time = 1; time <= 11; time++) {
			world.advance(5 * minute);
			await remove(world, 1, laptop);
			await settle(world);
		}
		world.advance(5 * minute - 1);
		await settle(world);
		assert.deepEqual(states(world), ["held"]);
		world.advance(1);
		await settle(world);
		assert.deepEqual(states(world), ["back"]);
	});

	test("is back when the clock was stepped back, for nobody can tell how long it has been", async () => {
		const world = await openMemoryWorld();
		await remove(world, 1);
		world.advance(-10 * minute);
		await settle(world);
		assert.deepEqual(states(world), ["back"]);
	});

	test("is kept for seven days where it was wanted, and two such at most: the oldest stay", async () => {
		const world = await openMemoryWorld();
		for (let time = 0; time < 4; time++) {
			await remove(world, time + 1);
			await world.storage.write((unit) => noteWanted(unit, at(world)));
			world.advance(1);
		}
		const started = world.now() - 4;
		assert.deepEqual(
			world.memory.holds().map(({ state, floor, keptUntil }) => [state, floor, keptUntil]),
			[
				["kept", 1, started + 7 * day],
				["kept", 2, started + 1 + 7 * day],
			],
		);
		const each = (end: string) => ["reset-data-held", end];
		const [wanted, dropped] = [each("reset-data-wanted"), each("reset-data-dropped")];
		assert.deepEqual(lines(world), [...wanted, ...wanted, ...dropped, ...dropped]);
	});

	test("by another device than the one that wants it stays as it is", async () => {
		const world = await openMemoryWorld();
		await remove(world, 1);
		await world.storage.write((unit) => noteWanted(unit, at(world, laptop)));
		assert.deepEqual(states(world), ["held"]);
	});

	test("is refused from the twenty-first time within an hour on", async () => {
		const world = await openMemoryWorld();
		const first = world.now();
		for (let time = 1; time <= 20; time++) {
			assert.equal((await remove(world, 1)).kind, "held");
			world.advance(minute);
			await world.storage.write(async ({ holds }) => {
				const open = await holds.open(accountId);
				if (open !== undefined) await holds.putBack(open, { now: world.now() });
			});
		}
		const refused = await remove(world, 1);
		assert.deepEqual(refused, { kind: "throttled", retryAfterMs: first + 60 * minute - world.now() });
		world.advance(40 * minute - 1);
		assert.deepEqual(await remove(world, 1), { kind: "throttled", retryAfterMs: 1_000 });
		world.advance(1);
		assert.equal((await remove(world, 1)).kind, "held");
		assert.equal((await remove(world, 2)).kind, "held", "the hold that is open takes in whatever follows");
	});
});

describe("account data", () => {
	test("of one person is set aside up to half a mebibyte", () => {
		assert.equal(mostHeldBytes, 524_288);
	});

	const write = (world: World, type: string, before: object | undefined, content: object, by = phone) =>
		world.storage.write((unit) =>
			holdSecrets(unit, {
				...at(world, by),
				...{ type, content: { ...content }, before: before && { ...before } },
			}),
		);
	const secret = { encrypted: { K1: { ciphertext: "a" } } };

	for (const [what, type, before, content] of [
		["a secret emptied", "m.cross_signing.master", secret, {}],
		["a secret without its encrypted part", "m.megolm_backup.v1", secret, { encrypted: {} }],
		["the default key", "m.secret_storage.default_key", { key: "K1" }, {}],
		["the description of a key", "m.secret_storage.key.K1", { iv: "i" }, {}],
	] as const)
		test(`${what} opens a hold with what was there`, async () => {
			const world = await openMemoryWorld();
			await write(world, type, before, content);
			const [hold] = world.memory.holds();
			assert.deepEqual([hold?.state, hold?.setAside[type]?.before], ["held", before]);
		});

	for (const [what, type, before, content] of [
		["other types", "m.direct", { a: 1 }, {}],
		["a type of somebody else's", "org.m.cross_signing.master", secret, {}],
		["what was empty already", "m.cross_signing.master", { encrypted: {} }, {}],
		["what never was", "m.cross_signing.master", undefined, {}],
		["a secret that replaces one", "m.cross_signing.master", secret, { encrypted: { K2: {} } }],
	] as const)
		test(`${what} open none`, async () => {
			const world = await openMemoryWorld();
			await write(world, type, before, content);
			assert.deepEqual(states(world), []);
		});

	for (const [type, content, state] of [
		["m.org.matrix.custom.backup_disabled", { disabled: true }, "kept"],
		["m.org.matrix.custom.backup_disabled", { disabled: false }, "held"],
		["m.key_backup", { enabled: false }, "kept"],
		["m.key_backup", { enabled: true }, "held"],
		["m.direct", { enabled: false, disabled: true }, "held"],
	] as const)
		test(`${type} of ${JSON.stringify(content)} leaves what was removed ${state}`, async () => {
			const world = await openMemoryWorld();
			await remove(world, 1);
			await write(world, type, undefined, content);
			assert.deepEqual(states(world), [state]);
		});

	describe("what is emptied after a mark", () => {
		/** The backup is gone for good, and a mark says so. */
		const switchedOff = async () => {
			const world = await openMemoryWorld();
			const marks: Record<string, object> = { "m.key_backup": { enabled: false } };
			await remove(world, 1);
			await world.storage.write((unit) => noteWanted(unit, at(world)));
			const empty = (by = phone) =>
				world.storage.write((unit) =>
					holdSecrets(unit, {
						...at(world, by),
						...{ type: "m.cross_signing.master", before: secret, content: { encrypted: {} } },
						read: async (type) => ({ ...marks[type] }),
					}),
				);
			return { world, marks, empty };
		};

		test("is wanted too, for ten minutes, whichever of them says it", async () => {
			const { world, marks, empty } = await switchedOff();
			world.advance(10 * minute - 1);
			await empty();
			delete marks["m.key_backup"];
			marks["m.org.matrix.custom.backup_disabled"] = { disabled: true };
			await empty();
			assert.deepEqual(states(world), ["kept"]);
			world.advance(1);
			await empty();
			assert.deepEqual(states(world), ["kept", "held"]);
		});

		test("by another device, or after a backup was begun again, is an attempt of its own", async () => {
			const { world, empty } = await switchedOff();
			await empty(laptop);
			assert.deepEqual(states(world), ["kept", "held"]);
			const again = await switchedOff();
			again.marks["m.key_backup"] = { enabled: true };
			await again.empty();
			assert.deepEqual(states(again.world), ["kept", "held"]);
		});

		test("is part of an attempt that is open", async () => {
			const { world, empty } = await switchedOff();
			await remove(world, 2);
			await empty();
			const [, open] = world.memory.holds();
			assert.deepEqual(Object.keys(open?.setAside ?? {}), ["m.cross_signing.master"]);
		});
	});

	test("in an open hold: of each type the first value is kept, and the last that was written", async () => {
		const world = await openMemoryWorld();
		const type = "m.secret_storage.default_key";
		await remove(world, 1);
		await write(world, type, { key: "K1" }, { key: "K2" });
		await write(world, type, { key: "K2" }, { key: "K3" });
		await write(world, "m.cross_signing.master", secret, { encrypted: { K9: {} } }, laptop);
		const [hold] = world.memory.holds();
		assert.deepEqual(hold?.setAside, { [type]: { type, before: { key: "K1" }, content: { key: "K3" } } });
	});

	test("a recovery key that replaces another leaves what is kept: a token is enough to write that", async () => {
		const world = await openMemoryWorld();
		const type = "m.secret_storage.default_key";
		await remove(world, 1);
		await world.storage.write((unit) => noteWanted(unit, at(world)));
		await write(world, type, {}, { key: "K2" });
		await write(world, type, { key: "K2" }, { key: "K3" });
		assert.deepEqual(states(world), ["kept"]);
		assert.deepEqual(lines(world), ["reset-data-held", "reset-data-wanted"]);
	});
});
