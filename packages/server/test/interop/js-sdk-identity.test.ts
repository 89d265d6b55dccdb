import assert from "node:assert/strict";
import { test } from "node:test";
import { startSdkApp } from "../support/js-sdk.ts";
import { challengeOf } from "../support/js-sdk-challenge.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { eventually } from "../support/js-sdk-traffic.ts";
import { readIdentity } from "../support/published-identity.ts";
import { approve, startServer } from "../support/server.ts";

for (const sync of [false, true]) {
	test(`identity, recovery and backup are set up without asking anybody, ${sync ? "with" : "without"} sync`, {
		skip: jsSdk.skip,
	}, async () => {
		await using server = await startServer();
		await server.register("alice");
		await using app = await startSdkApp(server, await server.loginDevice({ localpart: "alice" }), { sync });
		await app.crypto.bootstrapCrossSigning({
			authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
		});
		assert.ok(await app.crypto.isCrossSigningReady());
		const recoveryKey = await app.setUpRecovery();
		await app.crypto.resetKeyBackup();
		assert.ok(await app.crypto.isSecretStorageReady());
		assert.deepEqual((await readIdentity(server.url, app.device)).signedDevices, [app.device.deviceId]);
		const uploads = app.traffic.filter(({ path }) => path.endsWith("keys/device_signing/upload"));
		assert.deepEqual(
			uploads.map(({ status }) => status),
			[200],
		);

		await using other = await startSdkApp(server, await server.loginDevice({ localpart: "alice" }), { sync });
		await other.crypto.userHasCrossSigningKeys(other.device.userId, true);
		await other.enterRecovery(recoveryKey);
		await other.crypto.bootstrapCrossSigning({});
		assert.ok(await other.crypto.isCrossSigningReady());
		await other.crypto.loadSessionBackupPrivateKeyFromSecretStorage();
		assert.notEqual(await other.crypto.getSessionBackupPrivateKey(), null);
	});
}

test("every endpoint an app asks for is there, but those of features it only tries", {
	skip: jsSdk.skip,
}, async () => {
	await using server = await startServer();
	const browser = await server.register("alice");
	const device = await server.loginDevice({ localpart: "alice", browser });
	await using app = await startSdkApp(server, device, { sync: true });
	await app.crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
	});
	await app.setUpRecovery();
	await app.crypto.resetKeyBackup();
	await app.client.setDisplayName("Alice");
	assert.equal((await app.client.getProfileInfo(device.userId)).displayname, "Alice");
	await app.client.setDeviceDetails(device.deviceId, { display_name: "Alice's desk" });
	assert.equal((await app.client.getDevice(device.deviceId)).display_name, "Alice's desk");
	const failed = app.traffic.filter(({ status }) => status >= 400);
	const missing = new Set(failed.map(({ method, path, status }) => `${status} ${method} ${path}`));
	assert.deepEqual([...missing].sort(), [
		"404 GET unstable/org.matrix.msc4143/rtc/transports",
		"404 GET v3/room_keys/version",
	]);
});

test("another device learns by sync that the identity was replaced", { skip: jsSdk.skip }, async () => {
	await using server = await startServer();
	const browser = await server.register("alice");
	const first = await server.loginDevice({ localpart: "alice", browser });
	await using app = await startSdkApp(server, first, { sync: true });
	await app.crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
	});
	const second = await server.loginDevice({ localpart: "alice", browser });
	await using other = await startSdkApp(server, second, { sync: true });
	const seen = async () => (await other.crypto.getUserCrossSigningKeys(second.userId))?.master_key;
	const keyOf = (master: Awaited<ReturnType<typeof seen>>) => Object.values(master?.keys ?? {})[0];
	const before = await eventually("the old identity is seen", async () => keyOf(await seen()));
	assert.equal(before, (await readIdentity(server.url, first)).masterKey);
	await app.settle();
	await app.crypto.resetEncryption(async (makeRequest) => {
		const { url } = await challengeOf(makeRequest, null);
		await approve(browser, url, "alice");
		await makeRequest(null);
	});
	const after = await eventually("the new identity is seen", async () => {
		const key = keyOf(await seen());
		return key !== before && key;
	});
	assert.equal(after, (await readIdentity(server.url, first)).masterKey);
	assert.equal(
		(await other.crypto.getDeviceVerificationStatus(second.userId, second.deviceId))?.crossSigningVerified,
		false,
	);
});
