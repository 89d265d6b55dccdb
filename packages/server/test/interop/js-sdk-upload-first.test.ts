import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import {
	type CrossSigningKeys,
	clientErrorCode,
	isClientError,
	uploadWithApproval,
} from "@countersign/client";
import { keyFingerprint } from "@countersign/protocol";
import { type SdkApp, startSdkApp } from "../support/js-sdk.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { readIdentity } from "../support/published-identity.ts";
import { approve, type RunningServer, startServer } from "../support/server.ts";

interface Signed extends CrossSigningKeys {
	readonly master_key: { readonly keys: Readonly<Record<string, string>>; readonly signatures: unknown };
}

/** An identity made beside the app's own crypto: nothing the app holds is touched before the keys are stored. */
async function makeIdentity(userId: string) {
	const { DeviceId, initAsync, OlmMachine, UserId } = await import("@matrix-org/matrix-sdk-crypto-wasm");
	await initAsync();
	const scratch = new DeviceId(randomBytes(8).toString("hex"));
	using machine = await OlmMachine.initialize(new UserId(userId), scratch);
	using requests = await machine.bootstrapCrossSigning(true);
	// The scratch device signed the master key, too; nobody knows that device.
	const body: Signed = JSON.parse(requests.uploadSigningKeysRequest.body);
	const { signatures: _, ...master_key } = body.master_key;
	const keys = { ...body, master_key };
	using exported = await machine.exportCrossSigningKeys();
	const cross_signing = {
		master_key: exported?.masterKey,
		self_signing_key: exported?.self_signing_key,
		user_signing_key: exported?.userSigningKey,
	};
	return { keys, secrets: { cross_signing } };
}

async function openWorld() {
	const server = await startServer();
	const browser = await server.register("alice");
	const app = await startSdkApp(server, await server.loginDevice({ localpart: "alice", browser }), {
		sync: true,
	});
	await app.crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
	});
	await app.setUpRecovery();
	await app.crypto.resetKeyBackup();
	await app.settle();
	return {
		...{ server, browser, app },
		async [Symbol.asyncDispose]() {
			await app[Symbol.asyncDispose]();
			await server[Symbol.asyncDispose]();
		},
	};
}

function uploading(server: RunningServer, { device }: SdkApp) {
	return {
		homeserver: server.url,
		accessToken: async () => device.accessToken,
		poll: "manual" as const,
	};
}

test("the client library uploads first; the app takes the keys over once they are stored", {
	skip: jsSdk.skip,
}, async () => {
	await using world = await openWorld();
	const { server, app } = world;
	const { userId, deviceId } = app.device;
	const { keys, secrets } = await makeIdentity(userId);
	const before = await app.crypto.getActiveSessionBackupVersion();
	const outcome = await uploadWithApproval({
		...uploading(server, app),
		keys,
		async present({ url, fingerprint, checkNow }) {
			const page = await approve(server.browser(), url, "alice");
			assert.ok(fingerprint !== undefined && page.text.includes(fingerprint));
			assert.ok(
				await app.crypto.isCrossSigningReady(),
				"the old identity serves until the new one is stored",
			);
			checkNow();
		},
	});
	assert.deepEqual(outcome, { outcome: "stored", approval: "given" });
	await app.crypto.userHasCrossSigningKeys(userId, true);
	await app.crypto.importSecretsBundle?.(secrets);
	await app.crypto.crossSignDevice(deviceId);
	const { masterKey, signedDevices } = await readIdentity(server.url, app.device);
	assert.equal(keyFingerprint(masterKey), keyFingerprint(Object.values(keys.master_key.keys).join()));
	assert.deepEqual(signedDevices, [deviceId]);
	assert.equal(await app.crypto.getActiveSessionBackupVersion(), before);
});

test("a refused upload leaves identity, backup and secret storage as they were", {
	skip: jsSdk.skip,
}, async () => {
	await using world = await openWorld();
	const { server, browser, app } = world;
	const { masterKey } = await readIdentity(server.url, app.device);
	const { keys } = await makeIdentity(app.device.userId);
	const outcome = uploadWithApproval({
		...uploading(server, app),
		keys,
		async present({ url, checkNow }) {
			await browser.press(await browser.open(url), "This was not me: refuse");
			checkNow();
		},
	});
	await assert.rejects(outcome, (error) => {
		assert.ok(isClientError(error, clientErrorCode.approvalDenied));
		return error.safe === true;
	});
	assert.equal((await readIdentity(server.url, app.device)).masterKey, masterKey);
	assert.ok(await app.crypto.isCrossSigningReady());
	assert.ok(await app.crypto.isSecretStorageReady());
	assert.notEqual(await app.crypto.getActiveSessionBackupVersion(), null);
});
