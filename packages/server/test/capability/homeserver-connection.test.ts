import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import * as vectors from "../../../protocol/test/vectors.ts";
import { deviceKeys } from "../support/device-crypto.ts";
import { type App, openHomeserverWorld } from "../support/homeserver-world.ts";
import { seedPresence } from "../support/seed-proof.ts";

const path = "keys/device_signing/upload";
const upload = (app: App, body: unknown) => app.call("POST", path, body);

const setOne = {
	master_key: vectors.signed("MSK1", "DEV"),
	self_signing_key: vectors.signed("SSK1", "MSK1"),
	user_signing_key: vectors.signed("USK1", "MSK1"),
};

async function signedInAlice() {
	const world = await openHomeserverWorld();
	return { world, alice: await world.signIn("alice", vectors.device) };
}

describe("the authorization server asks the homeserver", () => {
	test("a device that signs in again keeps its name and keys, and nobody's app is told", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		await alice.call("PUT", "devices/PHONEAAAAA", { display_name: "Kitchen" });
		await alice.call("POST", "keys/upload", { device_keys: deviceKeys(alice.userId, "PHONEAAAAA") });
		const before = await world.storage.read.stream.position(alice.accountId);
		const again = await world.signIn("alice", "PHONEAAAAA");
		assert.equal((await again.call("GET", "devices/PHONEAAAAA")).body.display_name, "Kitchen");
		const { body } = await again.call("POST", "keys/query", { device_keys: { [alice.userId]: [] } });
		assert.deepEqual(Object.keys(body.device_keys[alice.userId]), ["PHONEAAAAA"]);
		assert.equal(await world.storage.read.stream.position(alice.accountId), before);
	});

	test("no device may have the id of a cross-signing key, present or past", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		await upload(alice, setOne);
		await upload(alice, vectors.resetBody());
		await world.decide("approve", alice.accountId);
		await upload(alice, vectors.resetBody());
		const { accountId } = alice;
		for (const name of ["MSK1", "SSK1", "USK2"] as const) {
			const deviceId = asDeviceId(vectors.keys[name].publicKey);
			const outcome = await world.homeserver.upsertDevice({ accountId, localpart: "alice", deviceId });
			assert.deepEqual(outcome, { ok: false, reason: "device-id-in-use" });
		}
	});

	test("a person has at most two hundred devices, and signs in again on each of them", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const { accountId } = alice;
		const upsert = (deviceId: string) =>
			world.homeserver.upsertDevice({ accountId, localpart: "alice", deviceId: asDeviceId(deviceId) });
		for (let at = 1; at < 200; at++) assert.deepEqual(await upsert(`DEVICE${at}`), { ok: true });
		assert.deepEqual(await upsert("ONEMORE"), { ok: false, reason: "too-many-devices" });
		assert.deepEqual(await upsert("DEVICE7"), { ok: true });
		await assert.rejects(world.signIn("alice", "ONEMORE"), /too-many-devices/);
		await world.storage.write((unit) => unit.homeserver.removeDevice(accountId, asDeviceId("DEVICE7"), 1));
		assert.deepEqual(await upsert("ONEMORE"), { ok: true });
	});

	test("a person is named for others, and unnamed, within the bounds of its own API", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const by = await seedPresence(world.storage, { accountId: alice.accountId, now: Date.now() });
		const name = (displayName: string | undefined) => world.homeserver.setDisplayName({ by, displayName });
		const shown = async () => (await alice.call("GET", `profile/${alice.userId}`)).body;
		assert.deepEqual(await name("x".repeat(256)), { ok: true });
		assert.deepEqual(await name("y".repeat(257)), { ok: false, reason: "too-long", atMost: 256 });
		assert.deepEqual(await shown(), { displayname: "x".repeat(256) });
		assert.deepEqual(await name(undefined), { ok: true });
		assert.deepEqual(await shown(), {});
	});

	test("a name that comes after the account was closed and erased changes nothing", async () => {
		await using world = await openHomeserverWorld();
		const { accountId } = await world.signIn("alice", "PHONEAAAAA");
		const by = await seedPresence(world.storage, { accountId, now: Date.now() });
		await world.storage.write((unit) => unit.accounts.close(accountId, { erase: true, now: 1 }));
		const outcome = await world.homeserver.setDisplayName({ by, displayName: "Alice" });
		assert.deepEqual(outcome, { ok: false, reason: "signed-out" });
		assert.equal((await world.storage.read.accounts.find({ id: accountId }))?.displayName, null);
	});

	test("what is true of an identity: its key, the devices it signed, whether it holds together, a backup", async () => {
		const { world, alice } = await signedInAlice();
		await using _ = world;
		const truth = () => world.homeserver.identityOf(alice.accountId);
		assert.deepEqual(await truth(), {
			signedDevices: [],
			selfSigningValid: false,
			backup: { state: "never" },
		});
		await alice.call("POST", "keys/upload", { device_keys: vectors.signed("DEV", "DEV") });
		await upload(alice, setOne);
		const masterKey = vectors.keys.MSK1.publicKey;
		assert.deepEqual(await truth(), {
			masterKey,
			...{ signedDevices: [], selfSigningValid: true, backup: { state: "never" } },
		});
		await alice.call("POST", "keys/signatures/upload", {
			[alice.userId]: { [vectors.device]: vectors.signed("DEV", "SSK1") },
		});
		await alice.call("POST", "room_keys/version", {
			algorithm: "m.megolm_backup.v1.curve25519-aes-sha2",
			auth_data: vectors.signed("BAK", "MSK2"),
		});
		assert.deepEqual(await truth(), {
			masterKey,
			...{ signedDevices: [vectors.device], selfSigningValid: true, backup: { state: "there", keys: 0 } },
		});
		const masterOnly = { master_key: vectors.signed("MSK2", "DEV") };
		await upload(alice, masterOnly);
		await world.decide("approve", alice.accountId);
		await upload(alice, masterOnly);
		assert.deepEqual(await truth(), {
			masterKey: vectors.keys.MSK2.publicKey,
			...{ signedDevices: [vectors.device], selfSigningValid: false, backup: { state: "there", keys: 0 } },
		});
		await alice.call("DELETE", "room_keys/version/1");
		assert.deepEqual((await truth()).backup, { state: "held", keys: 0 });
		const removed = world.now();
		const mark = `user/${encodeURIComponent(alice.userId)}/account_data/m.key_backup`;
		assert.equal((await alice.call("PUT", mark, { enabled: false })).status, 200);
		assert.deepEqual((await truth()).backup, { state: "gone", removedAt: removed });
		world.advance(1_000);
		await alice.call("DELETE", "room_keys/version/1");
		assert.deepEqual((await truth()).backup, { state: "gone", removedAt: removed }, "deleted again");
	});
});
