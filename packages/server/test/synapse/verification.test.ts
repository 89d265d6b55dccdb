/** The library's verification by emoji on a real Synapse, with matrix-js-sdk at the other device. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyWithOtherDevice } from "@countersign/client";
import { startSdkApp } from "../support/js-sdk.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { readIdentity } from "../support/published-identity.ts";
import { answerVerification } from "../support/sas.ts";
import { needsSynapseBehind, openSynapseWorld } from "../support/synapse-world.ts";
import { openWasmApp } from "../support/wasm-app.ts";

test("a new device is vouched for by the other one, on Synapse", {
	skip: needsSynapseBehind("nginx").skip || jsSdk.skip,
	timeout: 300_000,
}, async () => {
	await using world = await openSynapseWorld();
	const { homeserver } = world;
	const browser = await world.register("alice");
	const first = await world.loginDevice({ localpart: "alice", browser });
	await using phone = await startSdkApp({ url: homeserver }, first, { sync: true });
	await phone.crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
	});
	const device = await world.loginDevice({ localpart: "alice", browser });
	using app = await openWasmApp(homeserver, device);
	const { userId, deviceId, accessToken } = device;
	const answered = answerVerification(phone, ({ confirm }) => confirm());
	const outcome = await verifyWithOtherDevice({
		session: { homeserver, userId, deviceId, accessToken: async () => accessToken },
		...{ wasm: app.wasm, machine: app.machine },
		compare: async (emoji) => emoji.length === 7,
	});
	assert.equal(await answered, "done");
	const { masterKey, signedDevices } = await readIdentity(homeserver, device);
	const expected = { masterKey, otherDeviceId: first.deviceId, held: true, backupVersion: undefined };
	assert.deepEqual(outcome, expected);
	assert.ok(signedDevices.includes(deviceId));
});
