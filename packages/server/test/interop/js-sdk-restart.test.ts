import assert from "node:assert/strict";
import { test } from "node:test";
import { npmPackage } from "../../../../tools/requirements.ts";
import { startSdkApp } from "../support/js-sdk.ts";
import { challengeOf } from "../support/js-sdk-challenge.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { readIdentity } from "../support/published-identity.ts";
import { approve, startServer } from "../support/server.ts";

const indexedDb = npmPackage("fake-indexeddb");
const skip = jsSdk.skip || indexedDb.skip;

test("a restart of the server loses neither request nor approval; an app that is opened again is still trusted", {
	skip,
}, async () => {
	Object.assign(globalThis, await import("fake-indexeddb"));
	await using server = await startServer();
	const browser = await server.register("alice");
	const device = await server.loginDevice({ localpart: "alice", browser });
	await using app = await startSdkApp(server, device, { sync: true, store: "alice" });
	await app.crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
	});
	await app.settle();
	const before = await readIdentity(server.url, device);
	await app.crypto.resetEncryption(async (makeRequest) => {
		const first = await challengeOf(makeRequest, null);
		await server.restart();
		const second = await challengeOf(makeRequest, null);
		assert.deepEqual(second, first);
		await approve(browser, second.url, "alice");
		await server.restart();
		await makeRequest(null);
	});
	const after = await readIdentity(server.url, device);
	assert.notEqual(after.masterKey, before.masterKey);
	assert.deepEqual(after.signedDevices, [device.deviceId]);
	await app[Symbol.asyncDispose]();
	await server.restart();

	await using again = await startSdkApp(server, device, { sync: true, store: "alice" });
	assert.equal(await again.crypto.getCrossSigningKeyId(), after.masterKey);
	const { userId, deviceId } = device;
	const status = await again.crypto.getDeviceVerificationStatus(userId, deviceId);
	assert.equal(status?.crossSigningVerified, true);
});
