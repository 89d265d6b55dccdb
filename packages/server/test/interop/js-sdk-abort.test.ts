/** A safe reset that is given up before the server accepted it: the app's raw stores, and what the server keeps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	clientErrorCode,
	jsSdkCrypto,
	jsSdkSession,
	memoryPendingStore,
	prepareIdentityReset,
} from "@countersign/client";
import { npmPackage } from "../../../../tools/requirements.ts";
import { startSdkApp } from "../support/js-sdk.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { openEmptyIndexedDb } from "../support/lasting-indexeddb.ts";
import { startServer } from "../support/server.ts";

const skip = jsSdk.skip || npmPackage("fake-indexeddb").skip;
/** Of the server: everything of the person's that a reset could touch. */
const tables = [
	"account_data",
	"key_backups",
	"backed_up_keys",
	"cross_signing_keys",
	"dehydrated_devices",
	"holds",
];

test("given up while somebody reads the page, it has left every row of the crypto store, secret storage and the backup as they were", {
	skip,
}, async () => {
	const dump = await openEmptyIndexedDb();
	await using server = await startServer();
	const device = await server.loginDevice({ localpart: "alice", browser: await server.register("alice") });
	await using app = await startSdkApp(server, device, { sync: true, store: "alice" });
	await app.crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
	});
	await app.setUpRecovery();
	await app.crypto.resetKeyBackup();
	await app.settle();
	const everything = async () => ({
		app: await dump(),
		server: await Promise.all(tables.map((table) => server.rows(table))),
	});
	const before = await everything();
	assert.ok(before.app.length > 0 && before.server.some((rows) => rows.length > 0));

	const over = new AbortController();
	const reset = await prepareIdentityReset({
		...{ session: jsSdkSession(app.client), crypto: jsSdkCrypto(app.client), store: memoryPendingStore() },
		oldBackup: "delete-after-success",
	});
	const run = reset.run({
		...{ poll: "manual", signal: over.signal, present: () => over.abort() },
		saveRecoveryKey: () => assert.fail("there is no new recovery key yet"),
	});
	await assert.rejects(run, { code: clientErrorCode.aborted, safe: true, resumable: true });
	await reset.abandon();
	await app.settle();
	assert.deepEqual(await everything(), before);
});
