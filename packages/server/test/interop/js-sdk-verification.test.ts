import assert from "node:assert/strict";
import { test } from "node:test";
import { type SdkApp, startSdkApp } from "../support/js-sdk.ts";
import { challengeOf } from "../support/js-sdk-challenge.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { eventually } from "../support/js-sdk-traffic.ts";
import { readIdentity } from "../support/published-identity.ts";
import { compareEmoji } from "../support/sas.ts";
import { approve, startServer } from "../support/server.ts";

/** Alice with an app that holds her identity, and another that has just signed in. */
async function openWorld() {
	const server = await startServer();
	const browser = await server.register("alice");
	const phone = await startSdkApp(server, await server.loginDevice({ localpart: "alice", browser }), {
		sync: true,
	});
	await phone.crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
	});
	const laptop = await startSdkApp(server, await server.loginDevice({ localpart: "alice", browser }), {
		sync: true,
	});
	return {
		...{ server, browser, phone, laptop },
		async [Symbol.asyncDispose]() {
			for (const closed of [phone, laptop, server]) await closed[Symbol.asyncDispose]();
		},
	};
}

async function verify(asking: SdkApp, asked: SdkApp): Promise<void> {
	const comparison = await compareEmoji(asking, asked);
	assert.equal(comparison.asking.emoji.length, 7);
	assert.deepEqual(comparison.asking.emoji, comparison.asked.emoji);
	await Promise.all([comparison.asking.confirm(), comparison.asked.confirm()]);
	await comparison.done();
}

/** Either device trusts the other, the identity vouches for both, and both hold it whole. */
async function assertTrusted(one: SdkApp, other: SdkApp, url: string): Promise<string> {
	for (const [looking, seen] of [
		[one, other],
		[other, one],
	] as const) {
		await eventually("the other device is trusted", () => isTrusted(looking, seen));
		await eventually("the private keys are here", () => looking.crypto.isCrossSigningReady());
	}
	const { masterKey, signedDevices } = await readIdentity(url, one.device);
	assert.deepEqual([...signedDevices].sort(), [one.device.deviceId, other.device.deviceId].sort());
	assert.equal(await other.crypto.getCrossSigningKeyId(), masterKey);
	return masterKey;
}

async function isTrusted({ crypto }: SdkApp, { device }: SdkApp): Promise<boolean> {
	const status = await crypto.getDeviceVerificationStatus(device.userId, device.deviceId);
	return status?.crossSigningVerified ?? false;
}

for (const [who, pick] of [
	["the new device asks", (world: Apps) => [world.laptop, world.phone] as const],
	["the old device asks", (world: Apps) => [world.phone, world.laptop] as const],
] as const) {
	test(`two devices verify each other by emoji, before a reset and after it, when ${who}`, {
		skip: jsSdk.skip,
	}, async () => {
		await using world = await openWorld();
		const { server, browser, phone, laptop } = world;
		const [asking, asked] = pick(world);
		assert.equal(await isTrusted(phone, laptop), false);
		await verify(asking, asked);
		const before = await assertTrusted(phone, laptop, server.url);
		await phone.settle();

		// Not `resetEncryption`: it pushes a backup key to other devices and forgets that it did (matrix-sdk-crypto
		// 0.19.1), so that the next message between the two cannot be read.
		await phone.crypto.bootstrapCrossSigning({
			setupNewCrossSigning: true,
			authUploadDeviceSigningKeys: async (makeRequest) => {
				await approve(browser, (await challengeOf(makeRequest, null)).url, "alice");
				await makeRequest(null);
			},
		});
		await eventually("the laptop is vouched for no more", async () => !(await isTrusted(phone, laptop)));
		await eventually("the laptop sees the new identity", async () => {
			const { masterKey } = await readIdentity(server.url, laptop.device);
			const seen = await laptop.crypto.getUserCrossSigningKeys(laptop.device.userId);
			return Object.values(seen?.master_key?.keys ?? {})[0] === masterKey;
		});
		await verify(asking, asked);
		assert.notEqual(await assertTrusted(phone, laptop, server.url), before);
	});
}

type Apps = Pick<Awaited<ReturnType<typeof openWorld>>, "phone" | "laptop">;

test("emoji that the person says are different leave nothing trusted", { skip: jsSdk.skip }, async () => {
	await using world = await openWorld();
	const { server, phone, laptop } = world;
	const { asking, asked, done } = await compareEmoji(laptop, phone);
	await asked.confirm();
	asking.mismatch();
	await assert.rejects(done(), /m\.mismatched_sas/);
	assert.equal(await isTrusted(phone, laptop), false);
	const { signedDevices } = await readIdentity(server.url, phone.device);
	assert.deepEqual(signedDevices, [phone.device.deviceId]);
	assert.equal(await laptop.crypto.isCrossSigningReady(), false);
});
