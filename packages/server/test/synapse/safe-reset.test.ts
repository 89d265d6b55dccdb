/** The library's own reset, behind the guard, on a real Synapse. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	clientErrorCode,
	memoryPendingStore,
	prepareIdentityReset,
	safeResetEncryption,
} from "@countersign/client";
import { startSdkApp } from "../support/js-sdk.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { readIdentity } from "../support/published-identity.ts";
import { approve } from "../support/server.ts";
import { needsSynapseBehind, openSynapseWorld, type SynapseWorld } from "../support/synapse-world.ts";
import { cryptoWasm, openWasmApp } from "../support/wasm-app.ts";

const skip = needsSynapseBehind("nginx").skip || jsSdk.skip || cryptoWasm.skip;

test("a safe reset on Synapse asks first, changes nothing when it is refused, and ends with a trusted device", {
	skip,
	timeout: 300_000,
}, async () => {
	await using world = await openSynapseWorld();
	const { homeserver } = world;
	const browser = await world.register("alice");
	const device = await world.loginDevice({ localpart: "alice", browser });
	await using app = await startSdkApp({ url: homeserver }, device, { sync: true });
	const keys: string[] = [];
	const reset = (answer: (url: string) => Promise<unknown>) =>
		safeResetEncryption(app.client, {
			store: memoryPendingStore(),
			poll: "manual",
			async present({ url, checkNow }) {
				await answer(url);
				checkNow();
			},
			saveRecoveryKey: async (key) => void keys.push(key),
		});
	const first = await reset(() => assert.fail("nobody has to be asked"));
	assert.equal((await readIdentity(homeserver, device)).masterKey, first.masterKey);

	const refused = reset(async (url) => browser.press(await browser.open(url), "This was not me: refuse"));
	await assert.rejects(refused, { code: clientErrorCode.approvalDenied, safe: true });
	assert.equal((await readIdentity(homeserver, device)).masterKey, first.masterKey);
	assert.equal(await app.crypto.getCrossSigningKeyId(), first.masterKey);
	assert.equal(await app.crypto.getActiveSessionBackupVersion(), first.backupVersion);

	const second = await reset((url) => approve(world.browser(), url, "alice"));
	const published = await readIdentity(homeserver, device);
	assert.equal(published.masterKey, second.masterKey);
	assert.notEqual(second.masterKey, first.masterKey);
	assert.deepEqual(published.signedDevices, [device.deviceId]);
	assert.equal(await app.crypto.getCrossSigningKeyId(), second.masterKey);
	assert.equal(await app.crypto.getActiveSessionBackupVersion(), second.backupVersion);
	assert.equal(new Set(keys).size, 2);

	await assertResetsWithoutSdk(world);
});

/** Another person's app, made of `fetch` and the crypto machine alone. */
async function assertResetsWithoutSdk(world: SynapseWorld): Promise<void> {
	const { homeserver } = world;
	const browser = await world.register("bob");
	const device = await world.loginDevice({ localpart: "bob", browser });
	using app = await openWasmApp(homeserver, device);
	const { userId, deviceId, accessToken } = device;
	const session = { homeserver, userId, deviceId, accessToken: async () => accessToken };
	const parts = { session, crypto: app.crypto, store: memoryPendingStore() };
	const saveRecoveryKey = async () => {};
	const present = () => assert.fail("nobody has to be asked");
	const first = await (await prepareIdentityReset(parts)).run({ present, saveRecoveryKey });

	const refused = (await prepareIdentityReset(parts)).run({
		saveRecoveryKey,
		poll: "manual",
		async present({ url, checkNow }) {
			await browser.press(await browser.open(url), "This was not me: refuse");
			checkNow();
		},
	});
	await assert.rejects(refused, { code: clientErrorCode.approvalDenied, step: "upload", safe: true });
	assert.equal((await readIdentity(homeserver, device)).masterKey, first.masterKey);
	assert.equal(await app.crypto.heldMasterKey(), first.masterKey);
	assert.equal(await app.crypto.backupVersion(), first.backupVersion);

	await parts.store.delete();
	const second = await (await prepareIdentityReset(parts)).run({
		saveRecoveryKey,
		poll: "manual",
		async present({ url, checkNow }) {
			await approve(world.browser(), url, "bob");
			checkNow();
		},
	});
	const published = await readIdentity(homeserver, device);
	assert.equal(published.masterKey, second.masterKey);
	assert.notEqual(second.masterKey, first.masterKey);
	assert.deepEqual(published.signedDevices, [deviceId]);
	assert.equal(await app.crypto.heldMasterKey(), second.masterKey);
	assert.equal(await app.crypto.backupVersion(), second.backupVersion);
	const old = await world.call(device, "GET", `room_keys/version/${first.backupVersion}`);
	assert.equal(old.status, 200, "the old backup stays");
}
