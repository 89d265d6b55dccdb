import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { memoryPendingStore, prepareIdentityReset, safeResetEncryption } from "@countersign/client";
import type { FormBrowser } from "../support/form-browser.ts";
import { type SdkApp, startSdkApp } from "../support/js-sdk.ts";
import { challengeOf } from "../support/js-sdk-challenge.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { newRoomKey } from "../support/megolm.ts";
import { readIdentity } from "../support/published-identity.ts";
import { approve, type RunningServer, startServer } from "../support/server.ts";
import { openWasmApp } from "../support/wasm-app.ts";

const path = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device";

async function setUpIdentity({ crypto }: SdkApp): Promise<void> {
	await crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null) });
}

/** An app of a person who has just registered, with an identity, recovery and a dehydrated device. */
async function startDehydrated(server: RunningServer, localpart: string) {
	const browser = await server.register(localpart);
	const device = await server.loginDevice({ localpart, browser });
	const app = await startSdkApp(server, device, { sync: true });
	await setUpIdentity(app);
	const recoveryKey = await app.setUpRecovery();
	await app.crypto.startDehydration();
	return { app, browser, recoveryKey, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

async function dehydratedId(server: RunningServer, { device }: Pick<SdkApp, "device">): Promise<unknown> {
	return (await server.call(device, "GET", path)).body.device_id;
}

/** Sends the key of a new room to another device of the person, encrypted. Returns the name of the key. */
async function sendRoomKey(
	{ crypto, client, device: { userId } }: SdkApp,
	deviceId: string,
): Promise<string> {
	const roomKey = newRoomKey("!room:localhost");
	const { batch } = await crypto.encryptToDeviceMessages("m.room_key", [{ userId, deviceId }], roomKey);
	const [encrypted] = batch;
	assert.ok(encrypted !== undefined, "nothing could be encrypted to the device");
	const messages = new Map([[userId, new Map([[deviceId, encrypted.payload]])]]);
	await client.sendToDevice("m.room.encrypted", messages);
	return roomKey.session_id;
}

test("a person who is signed in nowhere loses no key that comes meanwhile", {
	skip: jsSdk.skip,
}, async () => {
	await using server = await startServer();
	await using before = await startDehydrated(server, "alice");
	const { device } = before.app;
	const dehydrated = String(await dehydratedId(server, before.app));
	await before.app.crypto.getUserDeviceInfo([device.userId], true);
	const sent = [];
	for (let n = 0; n < 3; n++) sent.push(await sendRoomKey(before.app, dehydrated));
	await before.app.client.logout(true);

	await using app = await startSdkApp(server, await server.loginDevice({ localpart: "alice" }), {
		sync: true,
	});
	assert.equal(await dehydratedId(server, app), dehydrated, "it outlived the last session");
	await app.crypto.userHasCrossSigningKeys(device.userId, true);
	await app.enterRecovery(before.recoveryKey);
	await app.crypto.bootstrapCrossSigning({});
	await app.crypto.startDehydration();
	const known = (await app.crypto.exportRoomKeys()).map(({ session_id }) => session_id);
	assert.deepEqual([...known].sort(), [...sent].sort());
	const renewed = await dehydratedId(server, app);
	assert.notEqual(renewed, dehydrated);
	const { devices, signedDevices } = await readIdentity(server.url, app.device);
	assert.deepEqual([...devices].sort(), [app.device.deviceId, renewed].sort());
	assert.deepEqual([...signedDevices].sort(), [...devices].sort());
	assert.ok(
		(await app.crypto.getUserDeviceInfo([device.userId], true)).get(device.userId)?.get(String(renewed))
			?.dehydrated,
	);
});

describe("a reset", { skip: jsSdk.skip }, () => {
	let server: RunningServer;
	before(async () => {
		server = await startServer();
	});
	after(() => server.close());

	test("takes the dehydrated device away, and the next one is of the new identity", async () => {
		await using alice = await startDehydrated(server, "alice");
		const { app, browser } = alice;
		const old = await dehydratedId(server, app);
		assert.ok((await readIdentity(server.url, app.device)).signedDevices.includes(String(old)));
		await app.settle();
		await app.crypto.resetEncryption(async (makeRequest) => {
			await approve(browser, (await challengeOf(makeRequest, null)).url, "alice");
			await makeRequest(null);
		});
		assert.equal((await server.call(app.device, "GET", path)).status, 404);
		await app.setUpRecovery();
		await app.crypto.startDehydration({ createNewKey: true });
		await assertReplaced(server, app, old);
	});

	test("that is safe takes over what waits, and replaces it once the new recovery is there", async () => {
		await using bob = await startDehydrated(server, "bob");
		const { app, browser } = bob;
		const old = String(await dehydratedId(server, app));
		await app.crypto.getUserDeviceInfo([app.device.userId], true);
		const waits = await sendRoomKey(app, old);
		const key = await safeReset(bob, (newKey) => app.enterRecovery(newKey));
		const renewed = await assertReplaced(server, app, old);
		assert.deepEqual(await roomKeysOf(app), [waits]);

		// Another device opens it with the new recovery key alone.
		await app.crypto.getUserDeviceInfo([app.device.userId], true);
		const later = await sendRoomKey(app, renewed);
		const next = await server.loginDevice({ localpart: "bob", browser });
		await using other = await startSdkApp(server, next, { sync: true });
		await other.crypto.userHasCrossSigningKeys(app.device.userId, true);
		await other.enterRecovery(key);
		await other.crypto.bootstrapCrossSigning({});
		await other.crypto.startDehydration();
		assert.ok((await roomKeysOf(other)).includes(later));
	});

	test("that is safe deletes it where the app cannot replace it", async () => {
		await using carol = await startDehydrated(server, "carol");
		// Its store of keys does not give it the new one.
		await safeReset(carol, async () => {});
		await assertGone(server, carol.app);
	});

	for (const knows of [true, false])
		test(`of the crypto machine alone, which ${knows ? "knows" : "does not know"} its key`, async () => {
			const localpart = knows ? "dave" : "erin";
			const browser = await server.register(localpart);
			const device = await server.loginDevice({ localpart, browser });
			using app = await openWasmApp(server.url, device);
			const { userId, deviceId, accessToken } = device;
			const session = { homeserver: server.url, userId, deviceId, accessToken: async () => accessToken };
			const reset = async () => {
				const keys: string[] = [];
				const store = memoryPendingStore();
				const begun = await prepareIdentityReset({ session, crypto: app.crypto, store });
				await begun.run({
					poll: "manual",
					async present({ url, checkNow }) {
						await approve(browser, url, localpart);
						checkNow();
					},
					saveRecoveryKey: async (key) => void keys.push(key),
				});
				return keys[0] ?? "";
			};
			await reset();
			const { DehydratedDeviceKey } = app.wasm;
			const devices = app.machine.dehydratedDevices();
			const own = DehydratedDeviceKey.createRandomKey();
			if (knows) await devices.saveDehydratedDeviceKey(own);
			const { body } = await (await devices.create()).keysForUpload("Dehydrated device", own);
			assert.equal((await server.call(device, "PUT", path, body)).status, 200);
			const old = await dehydratedId(server, { device });
			const key = await reset();
			const renewed = await assertReplaced(server, { device }, old);

			// The new key is where the new recovery key opens it.
			await using other = await startSdkApp(server, await server.loginDevice({ localpart, browser }));
			await other.enterRecovery(key);
			const kept = await other.client.secretStorage.get("org.matrix.msc3814");
			const opens = DehydratedDeviceKey.createKeyFromArray(new Uint8Array(Buffer.from(kept ?? "", "base64")));
			const { device_data } = (await server.call(device, "GET", path)).body;
			using third = await openWasmApp(server.url, await server.loginDevice({ localpart, browser }));
			const { DeviceId } = app.wasm;
			await third.machine
				.dehydratedDevices()
				.rehydrate(opens, new DeviceId(renewed), JSON.stringify(device_data));
		});
});

/** Resets by the client library, and returns the new recovery key. */
async function safeReset(
	{ app, browser }: { readonly app: SdkApp; readonly browser: FormBrowser },
	learn: (key: string) => Promise<void>,
): Promise<string> {
	const keys: string[] = [];
	await app.settle();
	await safeResetEncryption(app.client, {
		store: memoryPendingStore(),
		poll: "manual",
		async present({ url, checkNow }) {
			await approve(browser, url, app.device.userId.split(":")[0]?.slice(1) ?? "");
			checkNow();
		},
		async saveRecoveryKey(key) {
			keys.push(key);
			await learn(key);
		},
	});
	return keys[0] ?? "";
}

/** There is another one, and the identity vouches for it as for every device that is left. Returns its id. */
async function assertReplaced(
	server: RunningServer,
	app: Pick<SdkApp, "device">,
	old: unknown,
): Promise<string> {
	const renewed = String(await dehydratedId(server, app));
	assert.notEqual(renewed, old);
	const { devices, signedDevices } = await readIdentity(server.url, app.device);
	assert.deepEqual([...devices].sort(), [app.device.deviceId, renewed].sort());
	assert.deepEqual([...signedDevices].sort(), [...devices].sort());
	return renewed;
}

async function assertGone(server: RunningServer, { device }: Pick<SdkApp, "device">): Promise<void> {
	assert.equal((await server.call(device, "GET", path)).status, 404);
	const { devices, signedDevices } = await readIdentity(server.url, device);
	assert.deepEqual([devices, signedDevices], [[device.deviceId], [device.deviceId]]);
}

async function roomKeysOf({ crypto }: SdkApp): Promise<readonly string[]> {
	return (await crypto.exportRoomKeys()).map(({ session_id }) => session_id);
}
