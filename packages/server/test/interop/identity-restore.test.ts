import assert from "node:assert/strict";
import { test } from "node:test";
import {
	clientErrorCode,
	describeStatus,
	identityStatus,
	memoryPendingStore,
	prepareIdentityReset,
	restoreIdentity,
} from "@countersign/client";
import { readIdentity } from "../support/published-identity.ts";
import { startServer } from "../support/server.ts";
import { cryptoWasm, openWasmApp } from "../support/wasm-app.ts";

const passphrase = "correct horse battery staple";

test("what there is, is told; a recovery key or passphrase brings it to another device, and nobody is asked", {
	skip: cryptoWasm.skip,
	timeout: 120_000,
}, async () => {
	await using server = await startServer();
	const browser = await server.register("alice");
	const open = async () => {
		const device = await server.loginDevice({ localpart: "alice", browser });
		const { userId, deviceId, accessToken } = device;
		const session = { homeserver: server.url, userId, deviceId, accessToken: async () => accessToken };
		const app = await openWasmApp(server.url, device);
		return { device, session, app, crypto: app.crypto };
	};
	const first = await open();
	const none = await identityStatus(first);
	assert.deepEqual([none.advice, none.recovery, none.backup], ["set-up", "none", undefined]);
	assert.deepEqual(describeStatus(none), ["There is no digital identity yet."]);
	const guess = { kind: "recovery-key", recoveryKey: "EsT" } as const;
	await assert.rejects(restoreIdentity({ ...first, recovery: guess }), {
		code: clientErrorCode.nothingToRestore,
	});

	let recoveryKey = "";
	const setUp = await prepareIdentityReset({
		...first,
		store: memoryPendingStore(),
		recovery: { kind: "passphrase", passphrase },
	});
	const made = await setUp.run({
		present: () => assert.fail("nobody has to be asked"),
		saveRecoveryKey: async (key) => {
			recoveryKey = key;
		},
	});
	const here = await identityStatus(first);
	assert.deepEqual([here.advice, here.held, here.deviceTrusted], ["nothing", true, true]);
	assert.deepEqual(here.backup, { version: made.backupVersion, count: 0, inUse: true });

	for (const recovery of [
		{ kind: "recovery-key", recoveryKey },
		{ kind: "passphrase", passphrase },
	] as const) {
		const next = await open();
		const before = await identityStatus(next);
		assert.deepEqual([before.advice, before.recovery, before.held], ["restore", "passphrase", false]);
		assert.ok(before.otherTrustedDevices.includes(first.device.deviceId));
		assert.ok(describeStatus(before).includes("Others cannot see that this device is yours."));
		for (const wrong of [guess, { kind: "passphrase", passphrase: "wrong" }] as const)
			await assert.rejects(restoreIdentity({ ...next, recovery: wrong }), {
				code: clientErrorCode.recoveryKeyWrong,
			});
		assert.equal(await next.crypto.heldMasterKey(), undefined);
		const restored = { ...made, roomKeys: { total: 0, imported: 0 } };
		assert.deepEqual(await restoreIdentity({ ...next, recovery }), restored);
		assert.deepEqual(await restoreIdentity({ ...next, recovery }), restored, "again, it is the same");
		assert.equal((await identityStatus(next)).advice, "nothing");
		const { masterKey, signedDevices } = await readIdentity(server.url, next.device);
		assert.equal(masterKey, made.masterKey);
		assert.ok(signedDevices.includes(next.device.deviceId));
		next.app[Symbol.dispose]();
	}
	const { userId } = first.device;
	await server.call(first.device, "PUT", `user/${userId}/account_data/m.cross_signing.master`, {});
	const lone = await open();
	assert.equal((await identityStatus(lone)).advice, "verify-with-another-device");
	const recovery = { kind: "recovery-key", recoveryKey } as const;
	await assert.rejects(restoreIdentity({ ...lone, recovery }), { code: clientErrorCode.nothingToRestore });
	lone.app[Symbol.dispose]();
	first.app[Symbol.dispose]();
});
