/** A device that holds the identity signs another one, which knows nothing of identities. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clientErrorCode, identityStatus, vouchForDevice } from "../../src/index.ts";
import { expectCode } from "../support/expect-code.ts";
import { openPlainApp } from "../support/plain-app.ts";
import { serverKinds } from "../support/servers/index.ts";
import { openOtherServer } from "./world.ts";

test("another device is vouched for by the key that it shows itself, and by no other", async () => {
	const [kind] = serverKinds;
	assert.ok(kind);
	await using world = await openOtherServer(kind);
	const { app, server } = world;
	const bot = await openPlainApp(server);
	const { deviceId } = bot.device;
	const { secrets } = JSON.parse(app.dump());
	const stored = server.account.devices.get(deviceId);
	assert.ok(stored?.keys);
	const { keys: shown } = stored.keys as { readonly keys: Readonly<Record<string, string>> };
	const options = { session: app.session, secrets, deviceId, deviceKey: shown[`ed25519:${deviceId}`] ?? "" };
	const trusted = async () => (await identityStatus(app)).otherTrustedDevices;
	const { keys: published } = stored;

	await expectCode(vouchForDevice({ ...options, deviceId: "NOBODY" }), clientErrorCode.deviceUnknown);
	const ofApp = server.account.devices.get(app.device.deviceId)?.keys;
	const lies = {
		"a key that the device did not sign": {
			...published,
			keys: { ...shown, [`curve25519:${deviceId}`]: "A".repeat(43) },
		},
		"another key": { ...published, keys: { [`ed25519:${deviceId}`]: "A".repeat(43) } },
		"keys of another device": ofApp,
		"keys of somebody else": { ...published, user_id: "@mallory:localhost" },
		"no keys": { ...published, keys: undefined },
	};
	for (const [lie, keys] of Object.entries(lies)) {
		Object.assign(stored, { keys });
		const before = server.seen.length;
		await expectCode(vouchForDevice(options), clientErrorCode.deviceKeyDiffers);
		const sent = server.seen.slice(before).filter(({ path }) => path.endsWith("/upload"));
		assert.deepEqual(sent, [], lie);
	}
	stored.keys = published;
	assert.deepEqual(await trusted(), []);
	const { cross_signing: own } = secrets;
	const wrong = {
		"of another identity": { ...own, master_key: own.user_signing_key },
		"of which one is not the published one": { ...own, self_signing_key: own.user_signing_key },
	};
	for (const [which, cross_signing] of Object.entries(wrong)) {
		const call = vouchForDevice({ ...options, secrets: { cross_signing } });
		await expectCode(call, clientErrorCode.identityIncomplete);
		assert.deepEqual(await trusted(), [], which);
	}

	await vouchForDevice(options);
	assert.deepEqual(await trusted(), [deviceId]);
	await vouchForDevice(options);
	assert.deepEqual(await trusted(), [deviceId], "again, it is the same");
	assert.equal(await bot.crypto.heldMasterKey(), undefined, "nothing was handed over");
});
