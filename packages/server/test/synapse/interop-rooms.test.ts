/** Two people in an encrypted room on a real Synapse, through nginx: a reset of one of them loses no message of either. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type SdkApp, startSdkApp } from "../support/js-sdk.ts";
import { challengeOf } from "../support/js-sdk-challenge.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { openEncryptedRoom, sendSecret } from "../support/js-sdk-room.ts";
import { eventually } from "../support/js-sdk-traffic.ts";
import { readIdentity } from "../support/published-identity.ts";
import { approve } from "../support/server.ts";
import { needsSynapseBehind, openSynapseWorld, type SynapseWorld } from "../support/synapse-world.ts";

const skip = needsSynapseBehind("nginx").skip || jsSdk.skip;

/** A new person with an identity, in an app that syncs. */
async function join(world: SynapseWorld, localpart: string) {
	const browser = await world.register(localpart);
	const device = await world.loginDevice({ localpart, browser });
	const app = await startSdkApp({ url: world.homeserver }, device, { sync: true });
	await app.crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
	});
	return { app, browser };
}

/** The identity of the one as the app of the other knows it, without asking again. */
async function knownIdentity(app: SdkApp, { device }: SdkApp): Promise<unknown> {
	const known = await app.crypto.getUserCrossSigningKeys(device.userId);
	return Object.values(known?.master_key?.keys ?? {})[0];
}

test("two people read each other's encrypted messages before one of them resets and after it", {
	skip,
}, async () => {
	await using world = await openSynapseWorld();
	const { app: alice, browser } = await join(world, "alice");
	await using _alice = alice;
	const { app: bob } = await join(world, "bob");
	await using _bob = bob;
	const roomId = await openEncryptedRoom(alice, [bob]);
	await sendSecret(alice, bob, { roomId, text: "before, from Alice" });
	await sendSecret(bob, alice, { roomId, text: "before, from Bob" });
	const before = await eventually("Bob's app knows Alice", () => knownIdentity(bob, alice));
	assert.equal(before, (await readIdentity(world.homeserver, alice.device)).masterKey);

	await alice.settle();
	await alice.crypto.resetEncryption(async (makeRequest) => {
		const { url } = await challengeOf(makeRequest, null);
		await sendSecret(bob, alice, { roomId, text: "while she is asked" });
		await approve(browser, url, "alice");
		await makeRequest(null);
	});
	const { masterKey } = await readIdentity(world.homeserver, alice.device);
	assert.notEqual(masterKey, before);
	await eventually("Bob's app sees Alice's new identity", async () => {
		return (await knownIdentity(bob, alice)) === masterKey;
	});
	const status = await bob.crypto.getUserVerificationStatus(alice.device.userId);
	assert.ok(status.needsUserApproval, "Bob is told that her identity changed");

	await sendSecret(alice, bob, { roomId, text: "after, from Alice" });
	await sendSecret(bob, alice, { roomId, text: "after, from Bob" });
	await bob.crypto.pinCurrentUserIdentity(alice.device.userId);
	await sendSecret(bob, alice, { roomId, text: "after Bob accepted it" });
});
