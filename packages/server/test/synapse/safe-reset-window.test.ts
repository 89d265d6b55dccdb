/** The library's own reset on a real Synapse without the guard: its window of ten minutes lets the keys in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	memoryPendingStore,
	prepareIdentityReset,
	type RunOptions,
	safeResetEncryption,
} from "@countersign/client";
import { startSdkApp } from "../support/js-sdk.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { lastingPort } from "../support/lasting-port.ts";
import { readIdentity } from "../support/published-identity.ts";
import { call, fillSignIn, type LoggedInDevice, password, startServer } from "../support/server.ts";
import { needsSynapse, startSynapse } from "../support/synapse.ts";
import { cryptoWasm, openWasmApp } from "../support/wasm-app.ts";

const skip = needsSynapse.skip || jsSdk.skip || cryptoWasm.skip;

test("on Synapse alone a reset completes in its window, with the crypto machine and with matrix-js-sdk", {
	skip,
	timeout: 300_000,
}, async () => {
	const secret = "a-secret-of-both";
	const port = await lastingPort();
	const base = `http://127.0.0.1:${port}/`;
	await using server = await startServer({
		homeserver: { synapse: base, secret, publicBase: base, guard: false },
	});
	await using synapse = await startSynapse({ masEndpoint: server.url, secret, port });
	/** A new person, how they sign in and how they agree. */
	const person = async (localpart: string) => {
		const browser = await server.register(localpart);
		const device = await server.loginDevice({ localpart, browser, homeserver: synapse.base });
		let shown = 0;
		const options: RunOptions = {
			poll: "manual",
			async present({ url, checkNow }) {
				shown++;
				const own = server.browser();
				const page = await fillSignIn(own, await own.open(url), localpart);
				await own.press(page, "Allow it for ten minutes", { understood: "yes", password });
				checkNow();
			},
			saveRecoveryKey: async () => {},
		};
		return { device, options, shown: () => shown };
	};
	const assertPublished = async (device: LoggedInDevice, masterKey: string) => {
		const published = await readIdentity(base, device);
		assert.equal(published.masterKey, masterKey);
		assert.deepEqual(published.signedDevices, [device.deviceId]);
	};

	const alice = await person("alice");
	using app = await openWasmApp(base, alice.device);
	const { userId, deviceId, accessToken } = alice.device;
	const session = { homeserver: base, userId, deviceId, accessToken: async () => accessToken };
	const parts = { session, crypto: app.crypto, store: memoryPendingStore() };
	const first = await (await prepareIdentityReset(parts)).run(alice.options);
	assert.equal(alice.shown(), 0, "a first identity needs nobody");
	const second = await (await prepareIdentityReset(parts)).run(alice.options);
	assert.notEqual(second.masterKey, first.masterKey);
	await assertPublished(alice.device, second.masterKey);
	const path = `room_keys/version/${first.backupVersion}`;
	const kept = await call(base, accessToken, { method: "GET", path });
	assert.equal(kept.status, 200, "the old backup stays");

	const bob = await person("bob");
	await using sdk = await startSdkApp({ url: base }, bob.device, { sync: true });
	await sdk.settle();
	const reset = () => safeResetEncryption(sdk.client, { ...bob.options, store: memoryPendingStore() });
	const before = await reset();
	const after = await reset();
	assert.notEqual(after.masterKey, before.masterKey);
	await assertPublished(bob.device, after.masterKey);
	assert.equal(await sdk.crypto.getCrossSigningKeyId(), after.masterKey);
	assert.equal(await sdk.crypto.getActiveSessionBackupVersion(), after.backupVersion);
	assert.deepEqual([alice.shown(), bob.shown()], [1, 1]);
});
