/** The unmodified matrix-js-sdk resets, and a person refuses: what it removed before it asked is there again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type SdkApp, startSdkApp } from "../support/js-sdk.ts";
import { challengeOf } from "../support/js-sdk-challenge.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { exportedRoomKey } from "../support/megolm.ts";
import { approve, password, type RunningServer, startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const roomId = "!room:localhost";

/** Alice with an identity, a recovery key, a backup of one key, and a second device that is verified. */
async function openWorld() {
	const server = await startServer();
	const browser = await server.register("alice");
	const signIn = async () =>
		startSdkApp(server, await server.loginDevice({ localpart: "alice", browser }), { sync: true });
	const phone = await signIn();
	await phone.crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: (ask) => ask(null) });
	const recoveryKey = await phone.setUpRecovery();
	await phone.crypto.resetKeyBackup();
	const first = await addKey(phone);
	await backedUp({ server }, phone, 1);
	const laptop = await signIn();
	await laptop.crypto.userHasCrossSigningKeys(undefined, true);
	await laptop.enterRecovery(recoveryKey);
	await laptop.crypto.bootstrapCrossSigning({});
	await laptop.crypto.loadSessionBackupPrivateKeyFromSecretStorage();
	await laptop.crypto.checkKeyBackupAndEnable();
	for (const app of [phone, laptop]) await app.settle();
	return {
		...{ server, browser, phone, laptop, recoveryKey, first, signIn },
		async [Symbol.asyncDispose]() {
			for (const app of [phone, laptop]) await app[Symbol.asyncDispose]();
			await server[Symbol.asyncDispose]();
		},
	};
}

interface World {
	readonly server: RunningServer;
	readonly signIn: () => Promise<SdkApp>;
}

/** The app learns a key to a room, as if it had been sent one. Returns its session. */
async function addKey(app: SdkApp): Promise<string> {
	const key = exportedRoomKey(roomId);
	await app.crypto.importRoomKeys([key]);
	return key.session_id;
}

async function backedUp({ server }: Pick<World, "server">, app: SdkApp, count: number): Promise<void> {
	await until(async () => (await server.call(app.device, "GET", "room_keys/version")).body.count === count);
}

async function accountData({ server }: World, { device }: SdkApp) {
	const { body } = await server.call(device, "GET", "sync?timeout=0");
	const events: readonly { readonly type: string; readonly content: unknown }[] = body.account_data.events;
	return Object.fromEntries(
		events
			.filter(({ type }) => /^m\.(secret_storage|cross_signing|megolm_backup)/.test(type))
			.map(({ type, content }) => [type, content]),
	);
}

async function restoredBy(world: World, key: string): Promise<number> {
	await using third = await world.signIn();
	await third.crypto.userHasCrossSigningKeys(undefined, true);
	await third.enterRecovery(key);
	await third.crypto.bootstrapCrossSigning({});
	await third.crypto.loadSessionBackupPrivateKeyFromSecretStorage();
	return (await third.crypto.restoreKeyBackup()).imported;
}

test("a refused reset leaves the backup, secret storage and the other device as they were", {
	skip: jsSdk.skip,
}, async () => {
	await using world = await openWorld();
	const { server, browser, phone, laptop, recoveryKey } = world;
	const before = {
		version: (await server.call(laptop.device, "GET", "room_keys/version")).body.version,
		data: await accountData(world, laptop),
		active: await laptop.crypto.getActiveSessionBackupVersion(),
	};
	assert.equal(before.active, before.version);
	const outcome = phone.crypto.resetEncryption(async (makeRequest) => {
		const { url } = await challengeOf(makeRequest, null);
		assert.equal((await server.call(phone.device, "GET", "room_keys/version")).status, 404);
		assert.deepEqual(
			(await server.call(laptop.device, "GET", "room_keys/version")).body.version,
			before.version,
		);
		assert.equal(await laptop.crypto.getActiveSessionBackupVersion(), before.active);
		await addKey(laptop);
		await backedUp(world, laptop, 2);
		const page = await browser.open(url);
		assert.match(page.text, /2 message keys, .* until you decide/);
		const refused = await browser.press(page, "This was not me: refuse", { password });
		assert.match(refused.text, /What your app had removed is back/);
		await makeRequest(null);
	});
	await assert.rejects(outcome);
	assert.deepEqual(await accountData(world, laptop), before.data);
	assert.equal((await server.call(phone.device, "GET", "room_keys/version")).body.version, before.version);
	assert.equal(await laptop.crypto.getActiveSessionBackupVersion(), before.active);
	assert.equal(await restoredBy(world, recoveryKey), 2);
});

test("an approved reset is not disturbed: the new backup is in force on every device", {
	skip: jsSdk.skip,
}, async () => {
	await using world = await openWorld();
	const { server, browser, phone, laptop } = world;
	await phone.crypto.resetEncryption(async (makeRequest) => {
		await approve(browser, (await challengeOf(makeRequest, null)).url, "alice");
		await makeRequest(null);
	});
	const newKey = await phone.setUpRecovery();
	const info = await phone.crypto.getKeyBackupInfo();
	assert.equal(info?.version, await phone.crypto.getActiveSessionBackupVersion());
	assert.equal((await server.call(laptop.device, "GET", "room_keys/version")).body.version, info?.version);
	await addKey(phone);
	await until(async () => (await server.call(laptop.device, "GET", "room_keys/version")).body.count > 0);
	assert.ok((await restoredBy(world, newKey)) > 0);
});
