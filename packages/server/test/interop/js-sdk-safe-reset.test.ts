import assert from "node:assert/strict";
import { test } from "node:test";
import {
	clientErrorCode,
	IdentityResetError,
	memoryPendingStore,
	safeResetEncryption,
	uiAuthCallbackFor,
} from "@countersign/client";
import { startSdkApp } from "../support/js-sdk.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { readIdentity } from "../support/published-identity.ts";
import { approve, startServer } from "../support/server.ts";

const { skip } = jsSdk;

async function openWorld() {
	const server = await startServer();
	const browser = await server.register("alice");
	const device = await server.loginDevice({ localpart: "alice", browser });
	const app = await startSdkApp(server, device, { sync: true });
	await app.crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
	});
	const recoveryKey = await app.setUpRecovery();
	await app.crypto.resetKeyBackup();
	await app.settle();
	return {
		...{ server, browser, device, app, recoveryKey },
		/** What the homeserver keeps of it, for comparison. */
		async kept() {
			const types = ["secret_storage.default_key", "cross_signing.master", "megolm_backup.v1"];
			const contents = types.map((type) =>
				server.call(device, "GET", `user/${device.userId}/account_data/m.${type}`),
			);
			const backup = await server.call(device, "GET", "room_keys/version");
			return JSON.stringify([...(await Promise.all(contents)).map(({ body }) => body), backup.body]);
		},
		async [Symbol.asyncDispose]() {
			await app[Symbol.asyncDispose]();
			await server[Symbol.asyncDispose]();
		},
	};
}

test("matrix-js-sdk has a new identity, recovery and backup after a safe reset, and the old backup's key is not lost", {
	skip,
}, async () => {
	await using world = await openWorld();
	const { server, device, app } = world;
	const before = await app.crypto.getActiveSessionBackupVersion();
	const secret = `user/${device.userId}/account_data/m.megolm_backup.v1`;
	const oldBackupKey = (await server.call(device, "GET", secret)).body.encrypted;
	let recoveryKey = "";
	const outcome = await safeResetEncryption(app.client, {
		store: memoryPendingStore(),
		poll: "manual",
		async present({ url, checkNow }) {
			assert.ok(await app.crypto.isCrossSigningReady());
			assert.ok(await app.crypto.isSecretStorageReady());
			await approve(server.browser(), url, "alice");
			checkNow();
		},
		saveRecoveryKey: async (key) => {
			recoveryKey = key;
		},
	});
	const published = await readIdentity(server.url, device);
	assert.equal(published.masterKey, outcome.masterKey);
	assert.deepEqual(published.signedDevices, [device.deviceId]);
	assert.equal(await app.crypto.getCrossSigningKeyId(), outcome.masterKey);
	assert.equal(await app.crypto.getActiveSessionBackupVersion(), outcome.backupVersion);
	assert.notEqual(outcome.backupVersion, before);
	assert.equal((await server.call(device, "GET", `room_keys/version/${before}`)).status, 200);
	const aside = `user/${device.userId}/account_data/countersign.previous_backup`;
	assert.deepEqual((await server.call(device, "GET", aside)).body, {
		version: before,
		encrypted: oldBackupKey,
	});

	// Another app gets it all back with the new recovery key.
	const second = await server.loginDevice({ localpart: "alice" });
	await using other = await startSdkApp(server, second, { sync: true });
	await other.enterRecovery(recoveryKey);
	await other.crypto.bootstrapCrossSigning({});
	await other.crypto.loadSessionBackupPrivateKeyFromSecretStorage();
	assert.equal(await other.crypto.getCrossSigningKeyId(), outcome.masterKey);
	assert.ok(await other.crypto.isSecretStorageReady());
});

test("refused, it has changed nothing: not the crypto store, not recovery, not the backup", {
	skip,
}, async () => {
	await using world = await openWorld();
	const { browser, app, kept } = world;
	const secrets = async () => JSON.stringify(await app.crypto.exportSecretsBundle?.());
	const [before, held] = [await kept(), await secrets()];
	const outcome = safeResetEncryption(app.client, {
		store: memoryPendingStore(),
		poll: "manual",
		async present({ url, checkNow }) {
			await browser.press(await browser.open(url), "This was not me: refuse");
			checkNow();
		},
		saveRecoveryKey: () => assert.fail("there is no new recovery key yet"),
	});
	await assert.rejects(outcome, (error) => {
		assert.ok(error instanceof IdentityResetError);
		assert.equal(error.code, clientErrorCode.approvalDenied);
		assert.deepEqual([error.step, error.safe, error.resumable], ["upload", true, false]);
		return true;
	});
	assert.equal(await kept(), before);
	assert.equal(await secrets(), held);
	assert.ok(await app.crypto.isCrossSigningReady());
});

test("an app that keeps bootstrapCrossSigning waits for the approval, or is told of the refusal", {
	skip,
}, async () => {
	await using world = await openWorld();
	const { server, browser, device, app } = world;
	const before = (await readIdentity(server.url, device)).masterKey;
	const answer = (press: (url: string) => Promise<unknown>) =>
		uiAuthCallbackFor({
			homeserver: server.url,
			poll: "manual",
			async present({ url, fingerprint, checkNow }) {
				assert.equal(fingerprint, undefined);
				await press(url);
				checkNow();
			},
		});
	const reset = (press: (url: string) => Promise<unknown>) =>
		app.crypto.bootstrapCrossSigning({
			setupNewCrossSigning: true,
			authUploadDeviceSigningKeys: answer(press),
		});
	const refused = reset(async (url) => browser.press(await browser.open(url), "This was not me: refuse"));
	await assert.rejects(refused, { code: clientErrorCode.approvalDenied, safe: true });
	assert.equal((await readIdentity(server.url, device)).masterKey, before);
	await reset((url) => approve(server.browser(), url, "alice"));
	const after = await readIdentity(server.url, device);
	assert.notEqual(after.masterKey, before);
	assert.deepEqual(after.signedDevices, [device.deviceId]);
});
