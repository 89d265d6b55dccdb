/** Keys of messages out of a backup, and from the one before a reset into the one after it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	clientErrorCode,
	memoryPendingStore,
	prepareIdentityReset,
	restoreIdentity,
	restoreOldMessages,
} from "@countersign/client";
import { startSdkApp } from "../support/js-sdk.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { eventually } from "../support/js-sdk-traffic.ts";
import { exportedRoomKey } from "../support/megolm.ts";
import { approve, startServer } from "../support/server.ts";
import { openWasmApp } from "../support/wasm-app.ts";

const options = { skip: jsSdk.skip, timeout: 120_000 };
const count = 450;

/** Alice's phone, with an identity, a recovery key and a backup that holds many keys of messages. */
async function openWorld() {
	const server = await startServer();
	const browser = await server.register("alice");
	const device = await server.loginDevice({ localpart: "alice", browser });
	const phone = await startSdkApp(server, device, { sync: true });
	await phone.crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
	});
	const oldKey = await phone.setUpRecovery();
	await phone.crypto.resetKeyBackup();
	const roomKeys = Array.from({ length: count }, (_, nth) => exportedRoomKey(`!room${nth % 7}:localhost`));
	await phone.crypto.importRoomKeys(roomKeys);
	const backup = async () => (await server.call(device, "GET", "room_keys/version")).body;
	await eventually("all keys are in the backup", async () => (await backup()).count === count);
	return {
		...{
			server,
			browser,
			phone,
			oldKey,
			backup,
			sessions: roomKeys.map(({ session_id }) => session_id).sort(),
		},
		async open() {
			const fresh = await server.loginDevice({ localpart: "alice", browser });
			const { userId, deviceId, accessToken } = fresh;
			const session = { homeserver: server.url, userId, deviceId, accessToken: async () => accessToken };
			const app = await openWasmApp(server.url, fresh);
			return {
				app,
				crypto: app.crypto,
				session,
				device: fresh,
				[Symbol.dispose]: () => app[Symbol.dispose](),
			};
		},
		async [Symbol.asyncDispose]() {
			for (const closed of [phone, server]) await closed[Symbol.asyncDispose]();
		},
	};
}

type Opened = Awaited<ReturnType<Awaited<ReturnType<typeof openWorld>>["open"]>>;

async function sessionsIn({ app: { machine } }: Opened): Promise<readonly string[]> {
	const exported: readonly { readonly session_id: string }[] = JSON.parse(
		await machine.exportRoomKeys(() => true),
	);
	return exported.map(({ session_id }) => session_id).sort();
}

const recoveryBy = (recoveryKey: string) => ({ kind: "recovery-key", recoveryKey }) as const;

test("a recovery key brings the keys of messages, part by part, and none is sent back", options, async () => {
	await using world = await openWorld();
	using laptop = await world.open();
	const told: number[] = [];
	const outcome = await restoreIdentity({
		...laptop,
		recovery: recoveryBy(world.oldKey),
		onProgress: ({ done, total }) => told.push(done, total),
	});
	assert.deepEqual(outcome.roomKeys, { total: count, imported: count });
	assert.deepEqual(told, [200, count, 400, count, count, count]);
	assert.deepEqual(await sessionsIn(laptop), world.sessions);
	assert.equal(await laptop.app.machine.backupRoomKeys(), undefined, "the backup has them already");
});

test(
	"the old recovery key makes messages from before a reset readable, here and wherever the new one is used",
	options,
	async () => {
		await using world = await openWorld();
		const { server, backup } = world;
		using laptop = await world.open();
		const old = { ...laptop, recovery: recoveryBy(world.oldKey) };
		await assert.rejects(restoreOldMessages(old), { code: clientErrorCode.nothingToRestore });
		const before = await backup();
		let newKey = "";
		const reset = await prepareIdentityReset({ ...laptop, store: memoryPendingStore() });
		await reset.run({
			async present({ url, checkNow }) {
				await approve(server.browser(), url, "alice");
				checkNow();
			},
			saveRecoveryKey: async (key) => {
				newKey = key;
			},
		});
		assert.deepEqual([(await backup()).count, await sessionsIn(laptop)], [0, []]);
		for (const recovery of [recoveryBy(newKey), { kind: "passphrase", passphrase: "?" } as const])
			await assert.rejects(restoreOldMessages({ ...laptop, recovery }), {
				code: clientErrorCode.recoveryKeyWrong,
			});

		assert.deepEqual(await restoreOldMessages(old), { total: count, imported: count });
		assert.deepEqual(
			await restoreOldMessages(old),
			{ total: count, imported: count },
			"again, it is the same",
		);
		assert.deepEqual(await sessionsIn(laptop), world.sessions);
		assert.equal(await laptop.app.machine.backupRoomKeys(), undefined, "the new backup has them already");
		const after = await backup();
		assert.notEqual(after.version, before.version);
		assert.equal(after.count, count);
		const stays = await server.call(laptop.device, "GET", `room_keys/version/${before.version}`);
		assert.equal(stays.body.count, count);

		await using tablet = await startSdkApp(server, await server.loginDevice({ localpart: "alice" }), {
			sync: true,
		});
		await tablet.enterRecovery(newKey);
		await tablet.crypto.bootstrapCrossSigning({});
		await tablet.crypto.loadSessionBackupPrivateKeyFromSecretStorage();
		assert.deepEqual(await tablet.crypto.restoreKeyBackup(), { total: count, imported: count });
	},
);

test(
	"a backup that somebody else put in its place gets no key, and one that is gone gives none",
	options,
	async () => {
		await using world = await openWorld();
		const { server } = world;
		using laptop = await world.open();
		const reset = await prepareIdentityReset({ ...laptop, store: memoryPendingStore() });
		const { backupVersion } = await reset.run({
			async present({ url, checkNow }) {
				await approve(server.browser(), url, "alice");
				checkNow();
			},
			saveRecoveryKey: async () => {},
		});
		const old = { ...laptop, recovery: recoveryBy(world.oldKey) };
		const path = `room_keys/version/${backupVersion}`;
		const { body } = await server.call(laptop.device, "GET", path);
		const theirs = { ...body.auth_data, public_key: "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo" };
		const swapping = async (url: string, init: RequestInit) => {
			if (init.method === "PUT") assert.fail("something was sent");
			const response = await fetch(url, init);
			if (!url.endsWith("room_keys/version")) return response;
			return Response.json({ ...body, auth_data: theirs });
		};
		const session = { ...laptop.session, fetch: swapping };
		await assert.rejects(restoreOldMessages({ ...old, session }), {
			code: clientErrorCode.identityIncomplete,
		});
		assert.deepEqual(await sessionsIn(laptop), []);
		const aside = `user/${laptop.device.userId}/account_data/countersign.previous_backup`;
		const { version } = (await server.call(laptop.device, "GET", aside)).body;
		await server.call(laptop.device, "DELETE", `room_keys/version/${version}`);
		await assert.rejects(restoreOldMessages(old), { code: clientErrorCode.nothingToRestore });
	},
);
