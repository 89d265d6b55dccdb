/** An app made with matrix-js-sdk that syncs by simplified sliding sync, beside one that does not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type SdkApp, type SdkAppOptions, startSdkApp } from "../support/js-sdk.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { eventually } from "../support/js-sdk-traffic.ts";
import { compareEmoji } from "../support/sas.ts";
import { startServer } from "../support/server.ts";
import { slidingSyncPath } from "../support/sliding-sync.ts";

async function isTrusted({ crypto }: SdkApp, { device }: SdkApp): Promise<boolean> {
	const status = await crypto.getDeviceVerificationStatus(device.userId, device.deviceId);
	return status?.crossSigningVerified ?? false;
}

for (const sync of ["sliding", true] as const) {
	test(`two devices verify each other, one by sliding sync, the other by ${sync === true ? "/sync" : "it too"}`, {
		skip: jsSdk.skip,
	}, async () => {
		const server = await startServer();
		await using _ = server;
		const browser = await server.register("alice");
		const start = async (options: SdkAppOptions) =>
			startSdkApp(server, await server.loginDevice({ localpart: "alice", browser }), options);
		await using phone = await start({ sync });
		await phone.crypto.bootstrapCrossSigning({
			authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
		});
		await using laptop = await start({ sync: "sliding" });
		const comparison = await compareEmoji(laptop, phone);
		assert.deepEqual(comparison.asking.emoji, comparison.asked.emoji);
		await Promise.all([comparison.asking.confirm(), comparison.asked.confirm()]);
		await comparison.done();
		for (const [looking, seen] of [
			[phone, laptop],
			[laptop, phone],
		] as const) {
			await eventually("the other device is trusted", () => isTrusted(looking, seen));
			await eventually("the private keys are here", () => looking.crypto.isCrossSigningReady());
		}
		await phone.client.setAccountDataRaw("m.secret_storage.default_key", { key: "a" });
		await eventually("account data arrive", async () =>
			laptop.client.getAccountData("m.secret_storage.default_key"),
		);
		const syncs = laptop.traffic.filter(({ path }) => slidingSyncPath.endsWith(path));
		assert.ok(syncs.length > 3);
		assert.deepEqual([...new Set(syncs.map(({ status }) => status))], [200]);
	});
}
