import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asAccountId, type NewKey } from "@countersign/core";
import { asDeviceId, type DeviceId, type KeySlot } from "@countersign/protocol";
import type { CountedKey, KeySignature } from "../../src/homeserver/embedded/ports.ts";
import type { Storage } from "../../src/storage/index.ts";

const alice = asAccountId("account-alice");
const bob = asAccountId("account-bob");
const phone = asDeviceId("PHONEAAAAA");
const algorithm = "signed_curve25519";

const key = (keyId: string, text = `"${keyId}"`): CountedKey => ({ algorithm, keyId, key: text });
const newKey = (slot: KeySlot, publicKey: string, signed = `{"${publicKey}":1}`): NewKey => ({
	slot,
	publicKey,
	signed,
	object: { public: publicKey },
});
const signature = (changes: Partial<KeySignature> = {}): KeySignature => ({
	signerAccountId: alice,
	signerKeyId: "ed25519:SSK",
	targetAccountId: alice,
	targetKey: phone,
	signature: "s1",
	...changes,
});

/** What every storage of devices, their keys and identities must hold. */
export function embeddedKeysContract(name: string, open: () => Promise<Storage>): void {
	async function seeded() {
		const storage = await open();
		await storage.write(async (unit) => {
			for (const [id, localpart] of [
				[alice, "alice"],
				[bob, "bob"],
			] as const) {
				await unit.accounts.add({ id, localpart, passwordHash: "unused", createdAt: 1 });
				await unit.devices.add({ accountId: id, deviceId: phone, createdAt: 1 });
			}
		});
		return { storage, read: storage.read, [Symbol.asyncDispose]: () => storage.close() };
	}

	describe(`${name}: the stream`, () => {
		test("gives every change a position of its own, in the order of the commits", async () => {
			await using world = await seeded();
			const start = await world.read.stream.position(alice);
			const taken = await Promise.all(
				Array.from({ length: 50 }, () => world.storage.write((unit) => unit.stream.next(alice))),
			);
			assert.deepEqual(
				taken.toSorted((a, b) => a - b),
				Array.from({ length: 50 }, (_, at) => start + 1 + at),
			);
			assert.equal(await world.read.stream.position(alice), start + 50);
		});

		test("is each account's own: a change of one moves nobody else's", async () => {
			await using world = await seeded();
			const start = await world.read.stream.position(bob);
			await world.storage.write((unit) => unit.stream.next(alice));
			assert.equal(await world.read.stream.position(bob), start);
			assert.equal(await world.storage.write((unit) => unit.stream.next(bob)), start + 1);
		});

		test("takes back the position of a transaction that fails", async () => {
			await using world = await seeded();
			const start = await world.read.stream.position(alice);
			const failing = world.storage.write(async (unit) => {
				await unit.stream.next(alice);
				throw new Error("no");
			});
			await assert.rejects(failing, /no/);
			assert.equal(await world.read.stream.position(alice), start);
		});

		test("tells whom a change concerns once it can be read, and not when it failed", async () => {
			await using world = await seeded();
			const told: string[][] = [];
			const before = await world.read.stream.position(alice);
			const readable = new Promise((resolve) => {
				world.storage.watch((accountIds) => {
					told.push([...accountIds]);
					resolve(world.read.keyChanges.changedSince(alice, before));
				});
			});
			await assert.rejects(
				world.storage.write(async (unit) => {
					await unit.keyChanges.record(bob);
					throw new Error("no");
				}),
			);
			await world.storage.write(async () => undefined);
			await world.storage.write((unit) => unit.keyChanges.record(alice));
			assert.equal(await readable, true);
			assert.deepEqual(told, [[alice]]);
		});

		test("a key change is after every position before it, and of its account only", async () => {
			await using world = await seeded();
			const before = await world.read.stream.position(alice);
			await world.storage.write((unit) => unit.keyChanges.record(alice));
			const after = await world.read.stream.position(alice);
			const { changedSince } = world.read.keyChanges;
			assert.deepEqual(
				[
					await changedSince(alice, before),
					await changedSince(alice, after),
					await changedSince(bob, before),
				],
				[true, false, false],
			);
		});
	});

	describe(`${name}: devices`, () => {
		test("that exist stay as they are when added again", async () => {
			await using world = await seeded();
			await world.storage.write((unit) =>
				unit.devices.add({ accountId: alice, deviceId: phone, displayName: "Other", createdAt: 9 }),
			);
			const found = await world.read.devices.find(alice, phone);
			assert.deepEqual(found, { accountId: alice, deviceId: phone, createdAt: 1 });
		});

		test("are renamed only if they are the account's", async () => {
			await using world = await seeded();
			const rename = (accountId: AccountId, deviceId: DeviceId) =>
				world.storage.write((unit) => unit.devices.rename(accountId, deviceId, "Kitchen"));
			assert.equal(await rename(alice, phone), true);
			assert.equal(await rename(alice, asDeviceId("GONEAAAAAA")), false);
			assert.equal((await world.read.devices.find(bob, phone))?.displayName, undefined);
		});

		test("that are removed take keys, one-time keys, messages and signatures along, of this account only", async () => {
			await using world = await seeded();
			await world.storage.write(async (unit) => {
				for (const accountId of [alice, bob]) {
					const keys = { deviceId: phone, object: "{}", signed: "{}" };
					await unit.deviceKeys.replace(accountId, keys);
					await unit.oneTimeKeys.add(accountId, phone, [key("A")]);
					await unit.fallbackKeys.replace(accountId, phone, key("F"));
					const own = { signerAccountId: accountId, targetAccountId: accountId };
					await unit.keySignatures.add(signature(own));
					await unit.keySignatures.add(
						signature({ ...own, signerKeyId: `ed25519:${phone}`, targetKey: "MSK" }),
					);
				}
			});
			const before = await world.read.stream.position(alice);
			await world.storage.write((unit) => unit.homeserver.removeDevice(alice, phone, 2));
			const left = async (accountId: AccountId) => [
				(await world.read.devices.list(accountId)).length,
				(await world.read.deviceKeys.list(accountId)).length,
				Object.keys(await world.read.oneTimeKeys.counts(accountId, phone)).length,
				(await world.read.fallbackKeys.unusedAlgorithms(accountId, phone)).length,
				(await world.read.keySignatures.on(accountId)).length,
			];
			assert.deepEqual(await left(alice), [0, 0, 0, 0, 0]);
			assert.deepEqual(await left(bob), [1, 1, 1, 1, 2]);
			assert.equal(await world.read.keyChanges.changedSince(alice, before), true);
			assert.equal(await world.read.keyChanges.changedSince(bob, before), false);
		});

		test("that do not exist are removed without a trace", async () => {
			await using world = await seeded();
			const before = await world.read.stream.position(alice);
			await world.storage.write((unit) => unit.homeserver.removeDevice(alice, asDeviceId("GONEAAAAAA"), 2));
			assert.equal(await world.read.stream.position(alice), before);
		});
	});

	describe(`${name}: the dehydrated device`, () => {
		const data = { algorithm: "a", pickle: "\u2028<" };
		const put = (storage: Storage, accountId: AccountId, deviceId: DeviceId) =>
			storage.write(async (unit) => {
				await unit.devices.add({ accountId, deviceId, createdAt: 1 });
				await unit.dehydratedDevices.put({ accountId, deviceId, data });
			});

		test("is the last one put, of this account", async () => {
			await using world = await seeded();
			await put(world.storage, alice, asDeviceId("DRYONEAAAA"));
			await put(world.storage, alice, asDeviceId("DRYTWOAAAA"));
			const found = await world.read.dehydratedDevices.find(alice);
			assert.deepEqual(found, { accountId: alice, deviceId: asDeviceId("DRYTWOAAAA"), data });
			assert.equal(await world.read.dehydratedDevices.find(bob), undefined);
		});

		test("goes with its device, and not with another", async () => {
			await using world = await seeded();
			for (const accountId of [alice, bob]) await put(world.storage, accountId, asDeviceId("DRYONEAAAA"));
			await world.storage.write((unit) => unit.homeserver.removeDevice(alice, phone, 2));
			assert.ok(await world.read.dehydratedDevices.find(alice));
			await world.storage.write((unit) => unit.homeserver.removeDevice(alice, asDeviceId("DRYONEAAAA"), 2));
			assert.equal(await world.read.dehydratedDevices.find(alice), undefined);
			assert.ok(await world.read.dehydratedDevices.find(bob));
		});

		test("is a device that exists", async () => {
			await using world = await seeded();
			const device = { accountId: alice, deviceId: asDeviceId("GONEAAAAAA"), data };
			await assert.rejects(world.storage.write((unit) => unit.dehydratedDevices.put(device)));
		});
	});

	describe(`${name}: one-time keys`, () => {
		test("are handed out in upload order", async () => {
			await using world = await seeded();
			await world.storage.write((unit) => unit.oneTimeKeys.add(alice, phone, [key("Z"), key("B")]));
			await world.storage.write((unit) => unit.oneTimeKeys.add(alice, phone, [key("A")]));
			const claim = () => world.storage.write((unit) => unit.oneTimeKeys.claim(alice, phone, algorithm));
			const claimed = [await claim(), await claim(), await claim(), await claim()];
			assert.deepEqual(
				claimed.map((each) => each?.keyId),
				["Z", "B", "A", undefined],
			);
		});

		test("are handed out once each to many at a time", async () => {
			await using world = await seeded();
			const keys = Array.from({ length: 100 }, (_, at) => key(`K${at}`));
			await world.storage.write((unit) => unit.oneTimeKeys.add(alice, phone, keys));
			const claimed = await Promise.all(
				Array.from({ length: 200 }, () =>
					world.storage.write((unit) => unit.oneTimeKeys.claim(alice, phone, algorithm)),
				),
			);
			const ids = claimed.flatMap((each) => (each === undefined ? [] : [each.keyId]));
			assert.deepEqual([ids.length, new Set(ids).size], [100, 100]);
		});

		test("keep the key an id was first given", async () => {
			await using world = await seeded();
			await world.storage.write((unit) => unit.oneTimeKeys.add(alice, phone, [key("A")]));
			await world.storage.write((unit) => unit.oneTimeKeys.add(alice, phone, [key("A", '"other"')]));
			assert.deepEqual(await world.read.oneTimeKeys.find(alice, phone), [key("A")]);
			assert.deepEqual(await world.read.oneTimeKeys.counts(alice, phone), { [algorithm]: 1 });
			assert.deepEqual(await world.read.oneTimeKeys.counts(bob, phone), {});
		});

		test("that were handed out do not come back, but their ids may be given to other keys", async () => {
			await using world = await seeded();
			const add = (...keys: readonly ReturnType<typeof key>[]) =>
				world.storage.write((unit) => unit.oneTimeKeys.add(alice, phone, keys));
			const claim = () => world.storage.write((unit) => unit.oneTimeKeys.claim(alice, phone, algorithm));
			await add(key("A"), key("B"));
			assert.deepEqual(await claim(), key("A"));
			await add(key("A"), key("B"), key("C"));
			assert.deepEqual(await world.read.oneTimeKeys.counts(alice, phone), { [algorithm]: 2 });
			assert.deepEqual([await claim(), await claim(), await claim()], [key("B"), key("C"), undefined]);
			await add(key("A", '"other"'));
			assert.deepEqual(await claim(), key("A", '"other"'));
			await add(key("A", '"other"'));
			assert.equal(await claim(), undefined);
		});

		test("are remembered as handed out for the last thousand of the device", async () => {
			await using world = await seeded();
			const { storage } = world;
			const keys = Array.from({ length: 1_000 }, (_, at) => key(`K${at}`));
			await storage.write(async ({ oneTimeKeys }) => {
				await oneTimeKeys.add(alice, phone, [key("FIRST")]);
				await oneTimeKeys.add(alice, phone, keys);
				for (const _ of [key("FIRST"), ...keys]) await oneTimeKeys.claim(alice, phone, algorithm);
				await oneTimeKeys.add(alice, phone, [key("NEW")]);
				await oneTimeKeys.add(alice, phone, [key("FIRST"), ...keys]);
			});
			const left = await world.read.oneTimeKeys.find(alice, phone);
			assert.deepEqual(left.map(({ keyId }) => keyId).sort(), ["FIRST", "NEW"]);
		});

		test("go when the device gets other keys of its own", async () => {
			await using world = await seeded();
			await world.storage.write((unit) => unit.oneTimeKeys.add(alice, phone, [key("A")]));
			await world.storage.write((unit) =>
				unit.deviceKeys.replace(alice, { deviceId: phone, object: "{}", signed: "{}" }),
			);
			assert.deepEqual(await world.read.oneTimeKeys.counts(alice, phone), {});
		});
	});

	describe(`${name}: fallback keys`, () => {
		test("are handed out again and again, and used from the first time on", async () => {
			await using world = await seeded();
			const { fallbackKeys } = world.read;
			const put = (given: CountedKey) =>
				world.storage.write((unit) => unit.fallbackKeys.replace(alice, phone, given));
			const claim = () => world.storage.write((unit) => unit.fallbackKeys.claim(alice, phone, algorithm));
			await put(key("F"));
			assert.deepEqual(await fallbackKeys.unusedAlgorithms(alice, phone), [algorithm]);
			assert.deepEqual([await claim(), await claim()], [key("F"), key("F")]);
			await put(key("F"));
			assert.deepEqual(await fallbackKeys.unusedAlgorithms(alice, phone), []);
			await put(key("G"));
			assert.deepEqual(await fallbackKeys.unusedAlgorithms(alice, phone), [algorithm]);
			assert.deepEqual(await claim(), key("G"));
		});
	});

	describe(`${name}: cross-signing keys`, () => {
		const put = (world: { storage: Storage }, ...keys: NewKey[]) =>
			world.storage.write((unit) => unit.keys.replace(alice, keys, 1));

		test("replace those of their slot and leave the others", async () => {
			await using world = await seeded();
			await put(world, newKey("master", "M1"), newKey("self_signing", "S1"));
			await put(world, newKey("master", "M2"));
			const stored = await world.read.keys.objects(alice);
			assert.deepEqual([stored.master?.publicKey, stored.self_signing?.publicKey], ["M2", "S1"]);
			assert.equal(stored.user_signing, undefined);
			assert.deepEqual(await world.read.keys.stored(bob), {});
		});

		test("that are the same as before are not written: what was stored with them stays", async () => {
			await using world = await seeded();
			await put(world, newKey("master", "M1"));
			const before = await world.read.stream.position(alice);
			await put(world, { ...newKey("master", "M1"), object: { public: "M1", signatures: {} } });
			assert.equal((await world.read.keys.objects(alice)).master?.object, '{"public":"M1"}');
			assert.equal(await world.read.stream.position(alice), before);
		});

		test("are refused by the database itself when their name was used before", async () => {
			await using world = await seeded();
			await put(world, newKey("master", "M1"));
			await put(world, newKey("master", "M2"));
			await assert.rejects(put(world, newKey("master", "M1")));
			await assert.rejects(put(world, newKey("self_signing", "M2")));
			assert.equal((await world.read.keys.objects(alice)).master?.publicKey, "M2");
		});

		test("are taken when a device or an earlier key has their name, of this account only", async () => {
			await using world = await seeded();
			await put(world, newKey("master", "M1"));
			await put(world, newKey("master", "M2"));
			const { anyTaken, isKnownKey } = world.read.keys;
			for (const taken of ["M1", "M2", phone])
				assert.equal(await anyTaken(alice, ["FREE", taken]), true, taken);
			assert.deepEqual([await anyTaken(alice, ["FREE"]), await anyTaken(alice, [])], [false, false]);
			assert.equal(await anyTaken(bob, ["M1"]), false);
			assert.deepEqual(
				[await isKnownKey(alice, "M1"), await isKnownKey(alice, phone), await isKnownKey(bob, "M1")],
				[true, false, false],
			);
		});

		test("that are replaced take the signatures by and on them along, and no others", async () => {
			await using world = await seeded();
			await put(world, newKey("master", "M1"), newKey("self_signing", "S1"));
			const kept = signature({ signerKeyId: "ed25519:S1" });
			await world.storage.write(async (unit) => {
				await unit.keySignatures.add(kept);
				await unit.keySignatures.add(signature({ signerKeyId: `ed25519:${phone}`, targetKey: "M1" }));
				await unit.keySignatures.add(
					signature({ signerAccountId: bob, signerKeyId: "ed25519:BU", targetKey: "M1" }),
				);
			});
			await put(world, newKey("master", "M2"));
			assert.deepEqual(await world.read.keySignatures.on(alice), [kept]);
			await put(world, newKey("self_signing", "S2"));
			assert.deepEqual(await world.read.keySignatures.on(alice), []);
		});

		test("go with a closed account, and their names stay taken", async () => {
			await using world = await seeded();
			await put(world, newKey("master", "M1"));
			await world.storage.write((unit) =>
				unit.keySignatures.add(signature({ targetAccountId: bob, targetKey: "BM" })),
			);
			const before = await world.read.stream.position(alice);
			await world.storage.write((unit) => unit.homeserver.removeUser(alice, false, 2));
			assert.equal(await world.read.keyChanges.changedSince(alice, before), true, "others hear of it");
			assert.deepEqual(await world.read.keys.stored(alice), {});
			assert.deepEqual(await world.read.devices.list(alice), []);
			assert.deepEqual(await world.read.keySignatures.on(bob), []);
			assert.equal(await world.read.keys.anyTaken(alice, ["M1"]), true);
			assert.equal((await world.read.devices.list(bob)).length, 1);
		});
	});

	describe(`${name}: signatures`, () => {
		test("are one for each signer and key, and new only when they differ", async () => {
			await using world = await seeded();
			const add = (changes?: Partial<KeySignature>) =>
				world.storage.write((unit) => unit.keySignatures.add(signature(changes)));
			assert.deepEqual(
				[await add(), await add(), await add({ signature: "s2" }), await add({ signerKeyId: "ed25519:X" })],
				[true, false, true, true],
			);
			const found = await world.read.keySignatures.on(alice);
			assert.deepEqual(found.map((each) => each.signature).toSorted(), ["s1", "s2"]);
			assert.deepEqual(await world.read.keySignatures.on(bob), []);
		});
	});
}
