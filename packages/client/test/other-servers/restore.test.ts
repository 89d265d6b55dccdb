/** The identity taken over with what the person wrote down, on a server that is not to be believed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clientErrorCode, identityStatus, prepareIdentityReset, restoreIdentity } from "../../src/index.ts";
import { expectCode } from "../support/expect-code.ts";
import { openPlainApp } from "../support/plain-app.ts";
import { serverKinds, startServerOf } from "../support/servers/index.ts";

test("a server that takes the device's signature and drops it does not make a restored identity of it", async () => {
	const [kind] = serverKinds;
	assert.ok(kind);
	await using server = await startServerOf(kind);
	let recoveryKey = "";
	const first = await prepareIdentityReset(await openPlainApp(server));
	const { masterKey } = await first.run({
		present: () => assert.fail("the first identity needs nobody"),
		saveRecoveryKey: async (key) => {
			recoveryKey = key;
		},
	});
	const app = await openPlainApp(server);
	const options = { ...app, recovery: { kind: "recovery-key", recoveryKey } as const };
	server.fault = ({ path }) =>
		path.endsWith("/keys/signatures/upload") ? { status: 200, body: { failures: {} } } : undefined;
	await expectCode(restoreIdentity(options), clientErrorCode.identityIncomplete);
	const status = await identityStatus(app);
	assert.deepEqual([status.deviceTrusted, status.backup?.inUse], [false, false]);
	server.fault = undefined;
	assert.equal((await restoreIdentity(options)).masterKey, masterKey);
	assert.equal((await identityStatus(app)).advice, "nothing");
});
