import assert from "node:assert/strict";
import { test } from "node:test";
import { type SdkApp, startSdkApp } from "../support/js-sdk.ts";
import { challengeOf } from "../support/js-sdk-challenge.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { newRoomKey } from "../support/megolm.ts";
import { readIdentity } from "../support/published-identity.ts";
import { approve, type RunningServer, startServer } from "../support/server.ts";

const path = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device";

async function setUpIdentity({ crypto }: SdkApp): Promise<void> {
	await crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null) });
}

/** An app of a person who has just registered, with an identity, recovery and a dehydrated device. */
async function startDehydrated(server: RunningServer, localpart: string) {
	const browser = await server.register(localpart);
	const device = await server.loginDevice({ localpart, browser });
	const app = await startSdkApp(server, device, { sync: true });
	await setUpIdentity(app);
	const recoveryKey = await app.setUpRecovery();
	await app.crypto.startDehydration();
	return { app, browser, recoveryKey, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

async function dehydratedId(server: RunningServer, { device }: Pick<SdkApp, "device">): Promise<unknown> {
	return (await server.call(device, "GET", path)).body.device_id;
}

/** Sends the key of a new room to another device of the person, encrypted. Returns the name of the key. */
async function sendRoomKey(
	{ crypto, client, device: { userId } }: SdkApp,
	deviceId: string,
): Promise<string> {
	const roomKey = newRoomKey("!room:localhost");
	const { batch } = await crypto.encryptToDeviceMessages("m.room_key", [{ userId, deviceId }], roomKey);
	const [encrypted] = batch;
	assert.ok(encrypted !== undefined, "nothing could be encrypted to the device");
	const messages = new Map([[userId, new Map([[deviceId, encrypted.payload]])]]);
	await client.sendToDevice("m.room.encrypted", messages);
	return roomKey.session_id;
}

test("a person who is signed in nowhere loses no key that comes meanwhile", {
	skip: jsSdk.skip,
}, async () => {
	await using server = await startServer();
	await using before = await startDehydrated(server, "alice");
	const { device } = before.app;
	const dehydrated = String(await dehydratedId(server, before.app));
	await before.app.crypto.getUserDeviceInfo([device.userId], true);
	const sent = [];
	for (let n = 0; n < 3; n++) sent.push(await sendRoomKey(before.app, dehydrated));
	await before.app.client.logout(true);

	await using app = await startSdkApp(server, await server.loginDevice({ localpart: "alice" }), {
		sync: true,
	});
	assert.equal(await dehydratedId(server, app), dehydrated, "it outlived the last session");
	await app.crypto.userHasCrossSigningKeys(device.userId, true);
	await app.enterRecovery(before.recoveryKey);
	await app.crypto.bootstrapCrossSigning({});
	await app.crypto.startDehydration();
	const known = (await app.crypto.exportRoomKeys()).map(({ session_id }) => session_id);
	assert.deepEqual([...known].sort(), [...sent].sort());
	const renewed = await dehydratedId(server, app);
	assert.notEqual(renewed, dehydrated);
	const { devices, signedDevices } = await readIdentity(server.url, app.device);
	assert.deepEqual([...devices].sort(), [app.device.deviceId, renewed].sort());
	assert.deepEqual([...signedDevices].sort(), [...devices].sort());
	assert.ok(
		(await app.crypto.getUserDeviceInfo([device.userId], true)).get(device.userId)?.get(String(renewed))
			?.dehydrated,
	);
});

test("a reset takes the dehydrated device away, and the next one is of the new identity", {
	skip: jsSdk.skip,
}, async () => {
	await using server = await startServer();
	await using alice = await startDehydrated(server, "alice");
	const { app, browser } = alice;
	const old = await dehydratedId(server, app);
	assert.ok((await readIdentity(server.url, app.device)).signedDevices.includes(String(old)));
	await app.settle();
	await app.crypto.resetEncryption(async (makeRequest) => {
		await approve(browser, (await challengeOf(makeRequest, null)).url, "alice");
		await makeRequest(null);
	});
	assert.equal((await server.call(app.device, "GET", path)).status, 404);
	await app.setUpRecovery();
	await app.crypto.startDehydration({ createNewKey: true });
	const renewed = await dehydratedId(server, app);
	assert.notEqual(renewed, old);
	const { devices, signedDevices } = await readIdentity(server.url, app.device);
	assert.deepEqual([...devices].sort(), [app.device.deviceId, renewed].sort());
	assert.deepEqual([...signedDevices].sort(), [...devices].sort());
});
