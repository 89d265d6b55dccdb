import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AttackWorld, openAttackWorld, uploadPath } from "../support/attack-world.ts";
import { identityOf } from "../support/device-crypto.ts";
import { holdBack } from "../support/held-back.ts";
import { approve, password } from "../support/server.ts";

/** What an operator does to Alice's account, and takes back with null. */
function lock({ server }: AttackWorld, at: number | null): Promise<void> {
	return server.change(`UPDATE accounts SET locked_at = ${at} WHERE localpart = 'alice'`);
}

function refresh({ server, phone }: AttackWorld): Promise<Response> {
	const form = { grant_type: "refresh_token", client_id: phone.clientId, refresh_token: phone.refreshToken };
	return fetch(`${server.url}oauth2/token`, { method: "POST", body: new URLSearchParams(form) });
}

describe("a locked account", () => {
	test("is told so by every endpoint for apps, softly, and goes on where it stopped once it is unlocked", async () => {
		await using world = await openAttackWorld();
		const { server, phone } = world;
		await lock(world, 1);
		for (const [method, path] of [
			["GET", "sync"],
			["GET", "account/whoami"],
			["POST", "keys/query"],
			["POST", "keys/device_signing/upload"],
		] as const) {
			const { status, body } = await server.call(phone, method, path, method === "POST" ? {} : undefined);
			assert.deepEqual([status, body.errcode, body.soft_logout], [401, "M_USER_LOCKED", true], path);
		}
		const refused = await refresh(world);
		assert.equal(refused.status, 503, "a 4xx would have the app delete its keys");
		await lock(world, null);
		assert.equal((await server.call(phone, "GET", "account/whoami")).status, 200);
		assert.equal((await refresh(world)).status, 200);
	});

	test("cannot be acted for in a browser that is signed in, not even with the password", async () => {
		await using world = await openAttackWorld();
		const { alice, server, phone } = world;
		const { path } = await world.ask(phone, "second");
		const asking = await alice.open(path);
		const devices = await alice.open("/account/devices/PHONEALICE?delete=1");
		await lock(world, 1);
		assert.equal((await alice.open("/account/")).url.pathname, "/login");
		const decided = await alice.press(asking, /replace my digital identity$/i, { password });
		assert.equal(decided.url.pathname, "/login");
		assert.equal((await alice.press(devices, /^Sign out/, { password })).url.pathname, "/login");
		const login = await alice.open("/login");
		const right = await alice.press(login, "Sign in", { username: "alice", password });
		assert.match(right.text, /This account is locked/);
		const wrong = await alice.press(login, "Sign in", { username: "alice", password: "wrong password" });
		assert.doesNotMatch(wrong.text, /locked/, "only who knows the password learns of the lock");
		await lock(world, null);
		const after = await world.upload(phone, "second");
		assert.equal(after.body.session !== undefined, true, "nothing was approved");
		assert.equal((await server.call(phone, "GET", "devices/PHONEALICE")).status, 200);
	});

	test("does not spend an approval that was given before, but keeps it for the time it has left", async () => {
		await using world = await openAttackWorld();
		const { phone, alice } = world;
		const { path } = await world.ask(phone, "second");
		await approve(alice, path, "alice");
		await lock(world, 1);
		assert.equal((await world.upload(phone, "second")).body.errcode, "M_USER_LOCKED");
		await lock(world, null);
		assert.equal((await world.upload(phone, "second")).status, 200);
	});

	test("is told so, softly, when the lock comes while its upload is on the way", async () => {
		await using world = await openAttackWorld();
		const { server, phone, alice } = world;
		const asked = await world.ask(phone, "second");
		await approve(alice, asked.path, "alice");
		const { body } = identityOf(phone.userId, "second");
		const [port = 0] = server.ports();
		const path = `/_matrix/client/v3/${uploadPath}`;
		const held = await holdBack(port, phone.accessToken, { method: "POST", path, body });
		await lock(world, 1);
		const answer = await held.release();
		assert.deepEqual(
			[answer.status, answer.body.errcode, answer.body.soft_logout],
			[401, "M_USER_LOCKED", true],
		);
		await lock(world, null);
		assert.equal((await world.upload(phone, "second")).status, 200, "the approval was not spent");
	});

	test("can still sign an app out", async () => {
		await using world = await openAttackWorld();
		const { server, phone } = world;
		await lock(world, 1);
		const body = new URLSearchParams({ token: phone.refreshToken });
		assert.equal((await fetch(`${server.url}oauth2/revoke`, { method: "POST", body })).status, 200);
		await lock(world, null);
		assert.equal((await server.call(phone, "GET", "account/whoami")).body.errcode, "M_UNKNOWN_TOKEN");
	});
});
