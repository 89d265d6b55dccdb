import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openAttackWorld, postForm } from "../support/attack-world.ts";
import { deviceKeys, signer } from "../support/device-crypto.ts";
import { password } from "../support/server.ts";

const path = "/account/devices/PHONEALICE";

/** Alice's phone has keys; its credentials turned up in two places, and its session has ended. */
async function openDoubtedWorld() {
	const world = await openAttackWorld();
	const { server, phone } = world;
	const { userId, deviceId } = phone;
	const keys = deviceKeys(userId, deviceId, signer("alice/PHONEALICE", deviceId));
	assert.equal((await server.call(phone, "POST", "keys/upload", { device_keys: keys })).status, 200);
	const refresh = (refresh_token: string) =>
		postForm(`${server.url}oauth2/token`, {
			...{ grant_type: "refresh_token", client_id: phone.clientId, refresh_token },
		});
	const { body } = await refresh(phone.refreshToken);
	await refresh(body.refresh_token);
	assert.equal((await refresh(phone.refreshToken)).status, 503);
	world.advance(60_000);
	assert.equal((await refresh(phone.refreshToken)).status, 400);
	return {
		...world,
		/** What everybody is shown of her devices. */
		async published() {
			const other = await server.loginDevice({
				localpart: "alice",
				browser: world.alice,
				deviceId: "OTHERDEVICE",
			});
			const query = { device_keys: { [userId]: [] } };
			const shown = (await server.call(other, "POST", "keys/query", query)).body.device_keys[userId] ?? {};
			return Object.keys(shown);
		},
	};
}

describe("a device whose credentials turned up in two places", () => {
	test("is shown apart, with how long its keys stay", async () => {
		await using world = await openDoubtedWorld();
		const list = await world.alice.open("/account/devices");
		assert.match(list.text, /No app is signed in/);
		assert.match(list.text, /Signed out, with their keys kept/);
		assert.match(list.text, /Its keys are deleted <time [^>]*>in 1 day</);
		const page = await world.alice.open(path);
		assert.match(page.text, /It is signed out, and its keys are kept/);
		assert.match(page.text, /Remove this device/);
		assert.deepEqual(await world.published(), ["PHONEALICE"]);
		const log = await world.alice.open("/account/security");
		assert.match(log.text, /credentials turned up a second time/);
		assert.match(log.text, /showed an older credential/);
	});

	test("goes on with its keys for who signs in on it, who is told that it is taken over", async () => {
		await using world = await openDoubtedWorld();
		const { server, alice } = world;
		const again = await server.loginDevice({ localpart: "alice", browser: alice, deviceId: "PHONEALICE" });
		assert.equal((await server.call(again, "GET", "account/whoami")).status, 200);
		assert.deepEqual(await world.published(), ["PHONEALICE"]);
		const list = await alice.open("/account/devices");
		assert.doesNotMatch(list.text, /Signed out, with their keys kept/);
		world.advance(48 * 3_600_000);
		assert.match((await alice.open(path)).text, /Sign out this device/);
	});

	test("is removed at once by its owner, with the password", async () => {
		await using world = await openDoubtedWorld();
		const { alice } = world;
		world.advance(3_600_000);
		const confirm = await alice.open(`${path}?delete=1`);
		assert.match(confirm.text, /Remove this device\?/);
		assert.doesNotMatch(confirm.text, /signed out at once/);
		const done = await alice.press(confirm, "Remove it", { password });
		assert.doesNotMatch(done.text, /Signed out, with their keys kept/);
		assert.equal((await alice.open(path)).status, 404);
		assert.deepEqual(await world.published(), []);
	});

	test("goes when all are signed out", async () => {
		await using world = await openDoubtedWorld();
		const confirm = await world.alice.open("/account/sign-out-everywhere");
		await world.alice.press(confirm, "Sign out everywhere", { password });
		assert.deepEqual(await world.published(), []);
	});
});
