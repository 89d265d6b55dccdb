import assert from "node:assert/strict";
import { test } from "node:test";
import { alice, openSessionWorld, type SessionWorld } from "../../test/support/session-world.ts";
import { createRevocationRoute } from "./revocation.ts";

const env = { address: "192.0.2.3" };

function revoker({ sessions }: SessionWorld) {
	const routes = createRevocationRoute({ sessions });
	return async (body: string, headers: Readonly<Record<string, string>> = {}) =>
		routes.request(
			"/oauth2/revoke",
			{
				method: "POST",
				headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
				body,
			},
			env,
		);
}

async function isAlive(world: SessionWorld): Promise<boolean> {
	return (await world.sessions.listOf(alice)).length === 1;
}

test("revoking the access or the refresh token ends the session and removes its device", async () => {
	await using world = await openSessionWorld();
	const revoke = revoker(world);
	for (const pick of ["accessToken", "refreshToken"] as const) {
		const tokens = await world.signIn();
		world.advance(1);
		const response = await revoke(`token=${tokens[pick]}&client_id=client-one`);
		assert.equal(response.status, 200);
		assert.deepEqual(await response.json(), {});
		assert.equal(response.headers.get("access-control-allow-origin"), "*");
		assert.equal(await isAlive(world), false);
		assert.equal(await world.storage.read.devices.find(alice, tokens.deviceId), undefined);
		const [event] = await world.storage.read.events.list(alice, { limit: 1 });
		assert.equal(event?.kind, "device-signed-out");
		assert.equal(event.address, env.address);
	}
});

for (const [promise, more] of [
	["without a client", ""],
	["in the name of another client", "&client_id=client-two"],
	["in the name of a client that does not exist", "&client_id=nobody"],
	["with the wrong type hint", "&token_type_hint=refresh_token"],
	["with an unknown type hint", "&token_type_hint=cookie"],
] as const) {
	test(`a token can be revoked ${promise}`, async () => {
		await using world = await openSessionWorld();
		const { accessToken } = await world.signIn();
		assert.equal((await revoker(world)(`token=${accessToken}${more}`)).status, 200);
		assert.equal(await isAlive(world), false);
	});
}

test("an expired access token still signs out its session", async () => {
	await using world = await openSessionWorld();
	const { accessToken } = await world.signIn();
	world.advance(301_000);
	assert.equal((await revoker(world)(`token=${accessToken}`)).status, 200);
	assert.equal(await isAlive(world), false);
});

test("a refresh token that was used before still signs out its session", async () => {
	await using world = await openSessionWorld();
	const { refreshToken } = await world.signIn();
	await world.sessions.refresh({ refreshToken, clientId: "client-one" });
	assert.equal((await revoker(world)(`token=${refreshToken}`)).status, 200);
	assert.equal(await isAlive(world), false);
});

test("revoking both tokens in parallel succeeds twice and ends the session once", async () => {
	await using world = await openSessionWorld();
	const revoke = revoker(world);
	const { accessToken, refreshToken } = await world.signIn();
	const [first, second] = await Promise.all([
		revoke(`token=${accessToken}&token_type_hint=access_token`),
		revoke(`token=${refreshToken}&token_type_hint=refresh_token`),
	]);
	assert.deepEqual([first.status, second.status], [200, 200]);
	const events = await world.storage.read.events.list(alice, { limit: 100 });
	assert.equal(events.filter(({ kind }) => kind === "device-signed-out").length, 1);
});

test("unknown, malformed and dead tokens are answered like live ones", async () => {
	await using world = await openSessionWorld();
	const revoke = revoker(world);
	const { accessToken } = await world.signIn();
	await revoke(`token=${accessToken}`);
	for (const token of [accessToken, "x", "mat_", "%F0%9F%92%A5"]) {
		const response = await revoke(`token=${token}`);
		assert.equal(response.status, 200);
		assert.equal(await response.text(), "{}");
	}
});

test("a request without exactly one token is refused in the words of OAuth, readable across origins", async () => {
	await using world = await openSessionWorld();
	const revoke = revoker(world);
	const { accessToken } = await world.signIn();
	const bodies = ["", "token=", "client_id=client-one", `token=${accessToken}&token=${accessToken}`];
	for (const body of bodies) {
		const response = await revoke(body);
		assert.equal(response.status, 400, body);
		assert.equal(((await response.json()) as { error: string }).error, "invalid_request");
		assert.equal(response.headers.get("access-control-allow-origin"), "*");
	}
	assert.equal(
		(await revoke(JSON.stringify({ token: accessToken }), { "content-type": "application/json" })).status,
		400,
	);
	assert.equal((await revoke(`token=${"x".repeat(70_000)}`)).status, 413);
	assert.ok(await isAlive(world));
});

test("browsers may ask first", async () => {
	await using world = await openSessionWorld();
	const routes = createRevocationRoute(world);
	const response = await routes.request("/oauth2/revoke", { method: "OPTIONS" }, env);
	assert.equal(response.status, 204);
	assert.match(response.headers.get("access-control-allow-methods") ?? "", /POST/);
});
