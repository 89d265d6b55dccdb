import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type ClientErrorCode,
	clientErrorCode,
	createTokenHolder,
	type HomeserverSession,
	type IdentityCrypto,
	IdentityResetError,
	memoryPendingStore,
	prepareIdentityReset,
	type ResetStep,
	resumeIdentityReset,
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
	timeout: 60_000,
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
	const { userId, deviceId } = app.machine;
	assert.ok(
		(await app.machine.getDevice(userId, deviceId))?.isCrossSigningTrusted(),
		"the app knows that it is trusted",
	);
	assert.equal(await app.crypto.backupVersion(), outcome.backupVersion);
	assert.equal(new Set(keys).size, 2);
	const old = await server.call(device, "GET", `room_keys/version/${before.backupVersion}`);
	assert.equal(old.status, 200, "the old backup stays unless its end was asked for");
	assert.equal(await parts.store.get(), undefined);
});

async function fails(run: Promise<unknown>, code: ClientErrorCode): Promise<IdentityResetError> {
	try {
		await run;
	} catch (error) {
		assert.ok(error instanceof IdentityResetError, String(error));
		assert.equal(error.code, code);
		return error;
	}
	assert.fail("it went well");
}

test("a refusal is noticed by the next look, and everything is as it was", {
	skip: cryptoWasm.skip,
	timeout: 60_000,
}, async () => {
	await using world = await openWorld();
	const { server, browser, device, app, parts, before, saveRecoveryKey } = world;
	let looks = 0;
	let refused = false;
	const fetchCounted = (url: string, init: RequestInit) => {
		if (refused && url.endsWith("device_signing/upload")) looks++;
		return fetch(url, init);
	};
	const reset = await prepareIdentityReset({ ...parts, session: { ...parts.session, fetch: fetchCounted } });
	const run = reset.run({
		saveRecoveryKey,
		async present({ url }) {
			await browser.press(await browser.open(url), "This was not me: refuse");
			refused = true;
		},
	});
	const error = await fails(run, clientErrorCode.approvalDenied);
	assert.deepEqual([error.step, error.safe, error.resumable, looks], ["upload", true, false, 1]);
	assert.equal((await readIdentity(server.url, device)).masterKey, before.masterKey);
	assert.equal(await app.crypto.heldMasterKey(), before.masterKey);
	assert.equal(await app.crypto.backupVersion(), before.backupVersion);
});

test("ended while somebody reads the page, it has changed nothing; resumed, the approval given meanwhile holds", {
	skip: cryptoWasm.skip,
	timeout: 60_000,
}, async () => {
	await using world = await openWorld();
	const { server, device, app, parts, before, saveRecoveryKey } = world;
	const over = new AbortController();
	const reset = await prepareIdentityReset(parts);
	const run = reset.run({
		saveRecoveryKey,
		signal: over.signal,
		poll: "manual",
		async present({ url }) {
			await approve(server.browser(), url, "alice");
			over.abort();
		},
	});
	const error = await fails(run, clientErrorCode.aborted);
	assert.deepEqual([error.safe, error.resumable], [true, true]);
	assert.equal((await readIdentity(server.url, device)).masterKey, before.masterKey);
	assert.equal(await app.crypto.heldMasterKey(), before.masterKey);
	const again = await resumeIdentityReset(parts);
	assert.equal(again?.masterKey, reset.masterKey);
	const outcome = await again?.run({ present: () => {}, saveRecoveryKey });
	assert.equal(outcome?.masterKey, reset.masterKey);
	assert.equal(await resumeIdentityReset(parts), undefined);
	await assert.rejects(reset.run({ present: nobody, saveRecoveryKey }), TypeError);
});

test("a token that dies while somebody reads the page is replaced", {
	skip: cryptoWasm.skip,
	timeout: 60_000,
}, async () => {
	await using world = await openWorld();
	const { server, device, parts, saveRecoveryKey } = world;
	const { clientId } = device;
	const metadata = await server.metadata();
	const saved: string[] = [];
	const holder = createTokenHolder({
		...{ metadata, clientId, tokens: device },
		save: async ({ accessToken }) => void saved.push(accessToken),
	});
	const session = { ...parts.session, accessToken: holder.accessToken };
	const reset = await prepareIdentityReset({ ...parts, session });
	const outcome = await reset.run({
		saveRecoveryKey,
		poll: "manual",
		async present({ url, checkNow }) {
			await approve(server.browser(), url, "alice");
			// Whoever refreshes first ends the token that the library holds, as its end of life would.
			await server.change("UPDATE access_tokens SET expires_at = 1");
			checkNow();
		},
	});
	assert.equal(outcome.masterKey, reset.masterKey);
	assert.equal(saved.length, 1);
});

test("two apps that reset at once end with one identity, and the other one is told", {
	skip: cryptoWasm.skip,
	timeout: 60_000,
}, async () => {
	await using world = await openWorld();
	const { server, device, parts, saveRecoveryKey } = world;
	const phone = await server.loginDevice({ localpart: "alice" });
	using phoneApp = await openWasmApp(server.url, phone);
	const phoneParts = {
		session: sessionOf(server, phone),
		crypto: phoneApp.crypto,
		store: memoryPendingStore(),
	};
	const [first, second] = [await prepareIdentityReset(parts), await prepareIdentityReset(phoneParts)];
	const idle = { ...parts, store: memoryPendingStore() };
	const [begun, again] = [await prepareIdentityReset(idle), await prepareIdentityReset(idle)];
	assert.deepEqual([again.resumed, again.masterKey], [true, begun.masterKey]);
	const slower = first.run({
		saveRecoveryKey,
		poll: "manual",
		async present({ checkNow }) {
			await second.run({
				saveRecoveryKey,
				poll: "manual",
				async present({ url, checkNow }) {
					await approve(server.browser(), url, "alice");
					checkNow();
				},
			});
			checkNow();
		},
	});
	const error = await fails(slower, clientErrorCode.keysReplacedElsewhere);
	assert.deepEqual([error.safe, error.resumable], [false, false]);
	const published = await readIdentity(server.url, device);
	assert.equal(published.masterKey, second.masterKey);
	assert.deepEqual(published.signedDevices, [phone.deviceId]);
	assert.equal(await resumeIdentityReset(parts), undefined, "keys that lead nowhere are forgotten");
	const fresh = await prepareIdentityReset(parts);
	assert.notEqual(fresh.masterKey, first.masterKey);
	assert.equal((await prepareIdentityReset(idle)).resumed, false);
});

test("the same reset does not run twice at once", { skip: cryptoWasm.skip, timeout: 60_000 }, async () => {
	await using world = await openWorld();
	const { server, parts, saveRecoveryKey } = world;
	const reset = await prepareIdentityReset(parts);
	await reset.run({
		saveRecoveryKey,
		poll: "manual",
		async present({ url, checkNow }) {
			const message = { code: clientErrorCode.alreadyRunning };
			await assert.rejects(reset.run({ present: nobody, saveRecoveryKey }), message);
			await assert.rejects(prepareIdentityReset(parts), message);
			await assert.rejects(reset.abandon(), message);
			await approve(server.browser(), url, "alice");
			checkNow();
		},
	});
});

test("a homeserver that says yes and keeps the old keys is found out; nothing else was touched", {
	skip: cryptoWasm.skip,
	timeout: 60_000,
}, async () => {
	await using world = await openWorld();
	const { app, parts, before, saveRecoveryKey } = world;
	const lies = async (url: string, init: RequestInit) =>
		url.endsWith("device_signing/upload") ? Response.json({}) : fetch(url, init);
	const session = { ...parts.session, fetch: lies, sleep: async () => {} };
	const reset = await prepareIdentityReset({ ...parts, session });
	const error = await fails(reset.run({ present: nobody, saveRecoveryKey }), clientErrorCode.keysNotStored);
	assert.deepEqual([error.step, error.safe, error.resumable], ["upload", true, true]);
	assert.equal(await app.crypto.heldMasterKey(), before.masterKey);
});

test("a recovery key that nobody kept changes nothing in secret storage; resumed, the same one is offered", {
	skip: cryptoWasm.skip,
	timeout: 60_000,
}, async () => {
	await using world = await openWorld();
	const { server, device, parts, keys, saveRecoveryKey } = world;
	const secret = `user/${device.userId}/account_data/m.secret_storage.default_key`;
	const before = (await server.call(device, "GET", secret)).body;
	const offered: string[] = [];
	const reset = await prepareIdentityReset(parts);
	const run = reset.run({
		poll: "manual",
		async present({ url, checkNow }) {
			await approve(server.browser(), url, "alice");
			checkNow();
		},
		async saveRecoveryKey(key) {
			offered.push(key);
			throw new Error("the printer is on fire");
		},
	});
	const error = await fails(run, clientErrorCode.recoveryNotSaved);
	assert.deepEqual([error.step, error.safe, error.resumable], ["save-recovery-key", false, true]);
	assert.deepEqual((await server.call(device, "GET", secret)).body, before);
	await reset.run({ present: nobody, saveRecoveryKey });
	assert.deepEqual(keys.slice(1), offered);
	assert.notDeepEqual((await server.call(device, "GET", secret)).body, before);
});

test("an answer about the old identity that comes late, and makes the app drop the new one, costs nothing", {
	skip: cryptoWasm.skip,
	timeout: 60_000,
}, async () => {
	await using world = await openWorld();
	const { server, device, app, parts, saveRecoveryKey } = world;
	const stale = await server.call(device, "POST", "keys/query", { device_keys: { [device.userId]: [] } });
	const late: IdentityCrypto = {
		...app.crypto,
		async importIdentity(...given) {
			await app.crypto.importIdentity(...given);
			if (steps.filter((step) => step === "import").length > 1) return;
			const { id, type } = app.machine.queryKeysForUsers([app.machine.userId]);
			await app.machine.markRequestAsSent(id, type, JSON.stringify(stale.body));
			assert.equal(await app.crypto.heldMasterKey(), undefined);
		},
	};
	const steps: ResetStep[] = [];
	const reset = await prepareIdentityReset({ ...parts, crypto: late });
	const { masterKey } = await reset.run({
		saveRecoveryKey,
		poll: "manual",
		onStep: (step) => steps.push(step),
		async present({ url, checkNow }) {
			await approve(server.browser(), url, "alice");
			checkNow();
		},
	});
	assert.deepEqual(steps.slice(0, 4), ["upload", "import", "import", "sign-device"]);
	assert.equal(await app.crypto.heldMasterKey(), masterKey);
});
