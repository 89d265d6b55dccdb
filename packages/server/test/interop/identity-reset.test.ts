import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type HomeserverSession,
	memoryPendingStore,
	prepareIdentityReset,
	type ResetStep,
} from "@countersign/client";
import { keyFingerprint } from "@countersign/protocol";
import { readIdentity } from "../support/published-identity.ts";
import { approve, type LoggedInDevice, type RunningServer, startServer } from "../support/server.ts";
import { cryptoWasm, openWasmApp } from "../support/wasm-app.ts";

function sessionOf(server: RunningServer, device: LoggedInDevice): HomeserverSession {
	const { userId, deviceId, accessToken } = device;
	return { homeserver: server.url, userId, deviceId, accessToken: async () => accessToken };
}

const nobody = () => assert.fail("nobody has to be asked");

/** Alice's app with an identity, secret storage and a backup, all by the library itself. */
async function openWorld() {
	const server = await startServer();
	const browser = await server.register("alice");
	const device = await server.loginDevice({ localpart: "alice", browser });
	const app = await openWasmApp(server.url, device);
	const parts = { session: sessionOf(server, device), crypto: app.crypto, store: memoryPendingStore() };
	const keys: string[] = [];
	const saveRecoveryKey = async (key: string) => void keys.push(key);
	const first = await prepareIdentityReset(parts);
	const before = await first.run({ present: nobody, saveRecoveryKey });
	return {
		...{ server, browser, device, app, parts, before, keys, saveRecoveryKey },
		async [Symbol.asyncDispose]() {
			app[Symbol.dispose]();
			await server[Symbol.asyncDispose]();
		},
	};
}

test("a reset asks first, and ends with a trusted device, a new recovery key and a new backup", {
	skip: cryptoWasm.skip,
}, async () => {
	await using world = await openWorld();
	const { server, device, app, parts, before, keys, saveRecoveryKey } = world;
	const steps: ResetStep[] = [];
	const reset = await prepareIdentityReset(parts);
	const outcome = await reset.run({
		async present({ url, fingerprint, checkNow }) {
			assert.equal(await app.crypto.heldMasterKey(), before.masterKey, "the old identity serves meanwhile");
			assert.equal(await app.crypto.backupVersion(), before.backupVersion);
			assert.equal(fingerprint, keyFingerprint(reset.masterKey));
			await approve(server.browser(), url, "alice");
			checkNow();
		},
		saveRecoveryKey,
		onStep: (step) => steps.push(step),
	});
	assert.deepEqual(steps, [
		...(["upload", "import", "sign-device", "save-recovery-key"] as const),
		...(["store-recovery", "create-backup", "use-backup"] as const),
	]);
	assert.notEqual(outcome.masterKey, before.masterKey);
	assert.notEqual(outcome.backupVersion, before.backupVersion);
	const published = await readIdentity(server.url, device);
	assert.equal(published.masterKey, outcome.masterKey);
	assert.deepEqual(published.signedDevices, [device.deviceId]);
	assert.equal(await app.crypto.heldMasterKey(), outcome.masterKey);
	assert.equal(await app.crypto.backupVersion(), outcome.backupVersion);
	assert.equal(new Set(keys).size, 2);
	const old = await server.call(device, "GET", `room_keys/version/${before.backupVersion}`);
	assert.equal(old.status, 200, "the old backup stays unless its end was asked for");
	assert.equal(await parts.store.get(), undefined);
});
