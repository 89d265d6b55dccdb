/** Two people in an encrypted room on a real Synapse: the library's reset of one of them loses no message of either. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryPendingStore, safeResetEncryption } from "@countersign/client";
import { type SdkApp, startSdkApp } from "../support/js-sdk.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { openEncryptedRoom, sendSecret } from "../support/js-sdk-room.ts";
import { eventually } from "../support/js-sdk-traffic.ts";
import { readIdentity } from "../support/published-identity.ts";
import { approve } from "../support/server.ts";
import { needsSynapseBehind, openSynapseWorld, type SynapseWorld } from "../support/synapse-world.ts";

const skip = needsSynapseBehind("nginx").skip || jsSdk.skip;

/** A new person in an app that syncs, set up by the library: identity, recovery and backup. */
async function join(world: SynapseWorld, localpart: string) {
	const browser = await world.register(localpart);
	const device = await world.loginDevice({ localpart, browser });
	const app = await startSdkApp({ url: world.homeserver }, device, { sync: true });
	await app.settle();
	const keys: string[] = [];
	const reset = () =>
		safeResetEncryption(app.client, {
			store: memoryPendingStore(),
			poll: "manual",
			async present({ url, checkNow }) {
				await approve(world.browser(), url, localpart);
				checkNow();
			},
			saveRecoveryKey: async (key) => void keys.push(key),
		});
	await reset();
	return { app, browser, keys, reset };
}

async function knownIdentity(app: SdkApp, { device }: SdkApp): Promise<unknown> {
	const known = await app.crypto.getUserCrossSigningKeys(device.userId);
	return Object.values(known?.master_key?.keys ?? {})[0];
}

test("after a safe reset the old messages are read on a new device, which is trusted, and the other person is told", {
	skip,
	timeout: 300_000,
}, async () => {
	await using world = await openSynapseWorld();
	const { app: alice, browser, keys, reset } = await join(world, "alice");
	await using _alice = alice;
	const { app: bob } = await join(world, "bob");
	await using _bob = bob;
	const roomId = await openEncryptedRoom(alice, [bob]);
	await sendSecret(alice, bob, { roomId, text: "before, from Alice" });
	await sendSecret(bob, alice, { roomId, text: "before, from Bob" });
	await eventually("Bob's app knows Alice", () => knownIdentity(bob, alice));
	const before = (await readIdentity(world.homeserver, alice.device)).masterKey;

	await alice.settle();
	const { masterKey, backupVersion } = await reset();
	assert.notEqual(masterKey, before);
	await eventually("Bob's app sees Alice's new identity", async () => {
		return (await knownIdentity(bob, alice)) === masterKey;
	});
	const status = await bob.crypto.getUserVerificationStatus(alice.device.userId);
	assert.ok(status.needsUserApproval, "Bob is told that her identity changed");
	await bob.crypto.pinCurrentUserIdentity(alice.device.userId);
	await sendSecret(bob, alice, { roomId, text: "after, from Bob" });
	await sendSecret(alice, bob, { roomId, text: "after, from Alice" });
	await eventually("the keys of all messages are in the new backup", async () => {
		const { body } = await world.call(alice.device, "GET", `room_keys/version/${backupVersion}`);
		return body.count >= 2;
	});

	const device = await world.loginDevice({ localpart: "alice", browser });
	await using fresh = await startSdkApp({ url: world.homeserver }, device, { sync: true });
	await fresh.settle();
	await fresh.crypto.userHasCrossSigningKeys(device.userId, true);
	await fresh.enterRecovery(keys[1] ?? "");
	await fresh.crypto.bootstrapCrossSigning({});
	await fresh.crypto.loadSessionBackupPrivateKeyFromSecretStorage();
	await fresh.crypto.restoreKeyBackup();
	const published = await readIdentity(world.homeserver, device);
	assert.equal(published.masterKey, masterKey);
	assert.ok(published.signedDevices.includes(device.deviceId), "the new device is trusted");
	await eventually("Bob's app trusts her new device as hers", async () => {
		const known = await bob.crypto.getDeviceVerificationStatus(device.userId, device.deviceId);
		return known?.signedByOwner === true;
	});
	const room = await eventually("the room is there", async () => fresh.client.getRoom(roomId) ?? undefined);
	await fresh.client.scrollback(room, 50);
	for (const text of ["before, from Alice", "before, from Bob", "after, from Bob", "after, from Alice"])
		await eventually(`“${text}” can be read`, async () =>
			room
				.getLiveTimeline()
				.getEvents()
				.some((event) => event.getContent().body === text),
		);
});
