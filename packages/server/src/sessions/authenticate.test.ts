import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { alice, client, openSessionWorld, random, scopeFor } from "../../test/support/session-world.ts";
import { until } from "../../test/support/until.ts";
import { createToken } from "./token-format.ts";

test("an access token says who holds it, on which device, with which scope", async () => {
	await using world = await openSessionWorld();
	const { accessToken, sessionId } = await world.signIn();
	assert.deepEqual(await world.sessions.authenticate(accessToken, {}), {
		ok: true,
		caller: {
			accountId: alice,
			localpart: "alice",
			userId: "@alice:localhost",
			sessionId,
			deviceId: "DEVICEAAAA",
			clientId: client,
			scope: scopeFor("DEVICEAAAA"),
			admin: false,
			tokenHash: hash("sha256", accessToken, "base64url"),
		},
		issuedAt: world.clock(),
		expiresAt: world.clock() + 300_000,
	});
});

test("an access token counts for five minutes and not a millisecond more", async () => {
	await using world = await openSessionWorld();
	const { accessToken } = await world.signIn();
	world.advance(299_999);
	assert.ok((await world.sessions.authenticate(accessToken, {})).ok);
	world.advance(1);
	assert.deepEqual(await world.sessions.authenticate(accessToken, {}), { ok: false, reason: "expired" });
});

test("refresh tokens, noise and tokens never handed out are unknown", async () => {
	await using world = await openSessionWorld();
	const { refreshToken } = await world.signIn();
	for (const token of [refreshToken, "", "mat_x", "'; --", createToken("access", random)]) {
		assert.deepEqual(await world.sessions.authenticate(token, {}), { ok: false, reason: "unknown" });
	}
});

test("a locked person's tokens say locked, expired or not, and count again when unlocked", async () => {
	await using world = await openSessionWorld();
	const { accessToken } = await world.signIn();
	world.lock(alice, world.clock());
	assert.deepEqual(await world.sessions.authenticate(accessToken, {}), { ok: false, reason: "locked" });
	world.advance(600_000);
	assert.deepEqual(await world.sessions.authenticate(accessToken, {}), { ok: false, reason: "locked" });
	world.advance(-600_000);
	world.lock(alice, null);
	assert.ok((await world.sessions.authenticate(accessToken, {})).ok);
});

test("a closed account's tokens count no more, even before its sessions are ended", async () => {
	await using world = await openSessionWorld();
	const { accessToken } = await world.signIn();
	world.deactivate(alice);
	assert.deepEqual(await world.sessions.authenticate(accessToken, {}), { ok: false, reason: "ended" });
});

test("the use of a token is written down with the next batch, not with the request", async () => {
	await using world = await openSessionWorld();
	const { accessToken } = await world.signIn({ address: "192.0.2.1" });
	world.advance(1_000);
	await world.sessions.authenticate(accessToken, { address: "192.0.2.2" });
	const firstUse = () => world.rows("SELECT first_used_at FROM access_tokens")[0]?.first_used_at;
	assert.equal(firstUse(), null);
	await world.sessions.flush();
	assert.equal(firstUse(), world.clock());
	const [device] = await world.sessions.listOf(alice);
	assert.equal(device?.lastUsedAt, world.clock());
	assert.equal(device.lastAddress, "192.0.2.2");
});

test("the batch writes itself down within a second", async (t) => {
	t.mock.timers.enable({ apis: ["setTimeout"] });
	await using world = await openSessionWorld();
	const { accessToken } = await world.signIn();
	await world.sessions.authenticate(accessToken, {});
	const unused = () => world.rows("SELECT hash FROM access_tokens WHERE first_used_at IS NULL").length;
	assert.equal(unused(), 1);
	t.mock.timers.tick(1_000);
	await until(() => unused() === 0);
});

test("a homeserver asking on behalf of a device does not pass for its address", async () => {
	await using world = await openSessionWorld();
	const { accessToken } = await world.signIn({ address: "192.0.2.1" });
	world.advance(100_000);
	await world.sessions.authenticate(accessToken, {});
	await world.sessions.flush();
	const [device] = await world.sessions.listOf(alice);
	assert.equal(device?.lastAddress, "192.0.2.1");
	assert.equal(device.lastUsedAt, world.clock());
});

test("a polling app costs no write: its last use is noted once a minute", async () => {
	await using world = await openSessionWorld();
	const { accessToken } = await world.signIn();
	await world.sessions.authenticate(accessToken, {});
	await world.sessions.flush();
	const before = world.rows("SELECT last_used_at FROM sessions");
	world.advance(59_999);
	await world.sessions.authenticate(accessToken, {});
	await world.sessions.flush();
	assert.deepEqual(world.rows("SELECT last_used_at FROM sessions"), before);
	world.advance(1);
	await world.sessions.authenticate(accessToken, {});
	await world.sessions.flush();
	assert.notDeepEqual(world.rows("SELECT last_used_at FROM sessions"), before);
});
