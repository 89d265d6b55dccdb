/** Apps with real crypto reset on each kind of server there is: old messages' keys stay, the device is trusted. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	type HomeserverSession,
	type IdentityCrypto,
	identityStatus,
	jsSdkCrypto,
	memoryPendingStore,
	prepareIdentityReset,
	type ResetOutcome,
	type RunOptions,
	restoreIdentity,
	resumeIdentityReset,
	safeResetEncryption,
} from "@countersign/client";
import { npmPackage } from "../../../../tools/requirements.ts";
import { mortal } from "../../../client/test/support/mortal.ts";
import {
	password,
	type ServerKind,
	serverKinds,
	startServerOf,
	type TestDevice,
	type TestHomeserver,
} from "../../../client/test/support/servers/index.ts";
import { startSdkApp } from "../support/js-sdk.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { readIdentity } from "../support/published-identity.ts";
import { cryptoWasm, openWasmApp } from "../support/wasm-app.ts";

interface App extends Disposable {
	readonly device: TestDevice;
	readonly crypto: IdentityCrypto;
	/** Whether the app itself takes its own device for trusted. */
	trustsItself(): Promise<boolean>;
	reset(options: RunOptions): Promise<ResetOutcome>;
}

interface Adapter {
	readonly name: string;
	readonly skip: string | false;
	open(server: TestHomeserver): Promise<App>;
}

function sessionOf(server: TestHomeserver, { userId, deviceId, accessToken }: TestDevice): HomeserverSession {
	return { homeserver: server.url, userId, deviceId, accessToken: async () => accessToken };
}

const adapters: readonly Adapter[] = [
	{
		name: "fetch and the crypto machine",
		skip: cryptoWasm.skip,
		async open(server) {
			const device = server.signIn();
			const { machine, crypto, ...app } = await openWasmApp(server.url, device);
			const parts = { session: sessionOf(server, device), crypto, store: memoryPendingStore() };
			return {
				...{ device, crypto },
				async trustsItself() {
					const own = await machine.getDevice(machine.userId, machine.deviceId);
					return own?.isCrossSigningTrusted() === true;
				},
				reset: async (options) => (await prepareIdentityReset(parts)).run(options),
				[Symbol.dispose]: () => app[Symbol.dispose](),
			};
		},
	},
	{
		name: "matrix-js-sdk",
		skip: jsSdk.skip,
		async open(server) {
			const device = server.signIn();
			const app = await openSdkApp(server, device);
			const store = memoryPendingStore();
			return {
				...{ device, crypto: jsSdkCrypto(app.client) },
				async trustsItself() {
					const { userId, deviceId } = device;
					const status = await app.crypto.getDeviceVerificationStatus(userId, deviceId);
					return status?.crossSigningVerified === true;
				},
				reset: (options) => safeResetEncryption(app.client, { ...options, store }),
				[Symbol.dispose]: () => void app[Symbol.asyncDispose](),
			};
		},
	},
];

async function openSdkApp(server: TestHomeserver, device: TestDevice, store?: string) {
	const app = await startSdkApp(server, device, { sync: true, ...(store !== undefined && { store }) });
	await app.settle();
	return app;
}

async function assertNew(server: TestHomeserver, app: App, outcome: ResetOutcome): Promise<void> {
	const published = await readIdentity(server.url, app.device);
	assert.equal(published.masterKey, outcome.masterKey);
	assert.deepEqual(published.signedDevices, [app.device.deviceId]);
	assert.equal(await app.crypto.heldMasterKey(), outcome.masterKey);
	assert.ok(await app.trustsItself(), "the app takes its own device for trusted");
	const session = sessionOf(server, app.device);
	const { backup, advice } = await identityStatus({ session, crypto: app.crypto });
	assert.deepEqual([backup?.version, backup?.inUse, advice], [outcome.backupVersion, true, "nothing"]);
}

async function resetTwice(kind: ServerKind, adapter: Adapter): Promise<void> {
	await using server = await startServerOf(kind);
	using app = await adapter.open(server);
	const keys: string[] = [];
	const shown: string[] = [];
	const options: RunOptions = {
		poll: "manual",
		async present({ url, checkNow }) {
			shown.push(url);
			await server.approve(url);
			checkNow();
		},
		saveRecoveryKey: async (key) => void keys.push(key),
		password: async () => password,
	};
	const first = await app.reset(options);
	await assertNew(server, app, first);
	const asked = shown.length;
	const second = await app.reset(options);
	await assertNew(server, app, second);
	assert.notEqual(second.masterKey, first.masterKey);
	assert.equal(new Set(keys).size, 2);
	assert.ok(shown.length - asked <= 1, "one page at most for a reset");
	const versions = server.account.backups.map(({ version }) => version);
	assert.ok(versions.includes(first.backupVersion ?? ""), "the old backup stays");

	// Another device gets it all back with the new recovery key.
	const device = server.signIn();
	using other = await openWasmApp(server.url, device);
	const recovery = { kind: "recovery-key", recoveryKey: keys[1] ?? "" } as const;
	const session = sessionOf(server, device);
	const restored = await restoreIdentity({ session, crypto: other.crypto, recovery });
	assert.deepEqual(restored, { ...second, roomKeys: { total: 0, imported: 0 } });
}

for (const adapter of adapters)
	describe(`an app of ${adapter.name} completes a reset`, { skip: adapter.skip || cryptoWasm.skip }, () => {
		for (const kind of serverKinds) test(`on ${kind.name}`, () => resetTwice(kind, adapter));
	});

test("an app of matrix-js-sdk that ends after any deed of a reset goes on with the same keys and approval", {
	skip: jsSdk.skip || npmPackage("fake-indexeddb").skip,
}, async (t) => {
	Object.assign(globalThis, await import("fake-indexeddb"));
	const [kind] = serverKinds;
	assert.ok(kind);
	await using server = await startServerOf(kind);
	const device = server.signIn();
	const store = memoryPendingStore();
	const partsOf = (app: Awaited<ReturnType<typeof openSdkApp>>) => ({
		...{ session: sessionOf(server, device), crypto: jsSdkCrypto(app.client), store },
	});
	let app = await openSdkApp(server, device, "alice");
	let deaths = 0;
	for (; ; deaths++) {
		let approvals = 0;
		const options: RunOptions = {
			poll: "manual",
			async present({ url, checkNow }) {
				if (approvals++ === 0) await server.approve(url);
				checkNow();
			},
			saveRecoveryKey: async () => {},
		};
		const one = mortal(partsOf(app), deaths + 1);
		const begun = prepareIdentityReset(one.parts).then((reset) => reset.run(options));
		await Promise.race([begun, one.died]);
		await app[Symbol.asyncDispose]();
		app = await openSdkApp(server, device, "alice");
		const kept = await resumeIdentityReset(partsOf(app));
		if (kept === undefined) break;
		const outcome = await kept.run(options);
		assert.equal(outcome.masterKey, kept.masterKey);
		const published = await readIdentity(server.url, device);
		assert.equal(published.masterKey, outcome.masterKey, `after ${one.lastDeed()}`);
		assert.deepEqual(published.signedDevices, [device.deviceId]);
		assert.equal(await app.crypto.getCrossSigningKeyId(), outcome.masterKey);
		assert.equal(await app.crypto.getActiveSessionBackupVersion(), outcome.backupVersion);
	}
	await app[Symbol.asyncDispose]();
	t.diagnostic(`ended ${deaths + 1} times`);
	assert.ok(deaths >= 12, `ended ${deaths + 1} times`);
});
