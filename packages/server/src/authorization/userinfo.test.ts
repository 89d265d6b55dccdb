import assert from "node:assert/strict";
import { test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { alice, openSessionWorld, type SessionWorld } from "../../test/support/session-world.ts";
import { createUserinfoRoute } from "./userinfo.ts";

async function ask(world: SessionWorld, authorization?: string, method = "GET") {
	const headers = authorization === undefined ? {} : { authorization };
	const routes = createUserinfoRoute(world);
	return routes.request("/oauth2/userinfo", { method, headers }, { address: "192.0.2.3" });
}

test("a token with the openid scope tells who holds it, by GET and by POST", async () => {
	await using world = await openSessionWorld();
	const { accessToken } = await world.signIn();
	for (const method of ["GET", "POST"]) {
		const response = await ask(world, `Bearer ${accessToken}`, method);
		assert.equal(response.status, 200);
		assert.deepEqual(await response.json(), { sub: alice, username: "alice" });
		assert.equal(response.headers.get("access-control-allow-origin"), "*");
		assert.equal(response.headers.get("cache-control"), "no-store");
	}
});

test("every other request is refused with an empty 401 that says how to ask", async () => {
	await using world = await openSessionWorld();
	const scope = "urn:matrix:client:api:* urn:matrix:client:device:DEVICEBBBB";
	const narrow = await world.signIn({ deviceId: asDeviceId("DEVICEBBBB"), scope });
	const { accessToken, refreshToken } = await world.signIn();
	const asked = [
		undefined,
		"Bearer",
		`Basic ${accessToken}`,
		`Bearer ${refreshToken}`,
		`Bearer ${narrow.accessToken}`,
	];
	for (const authorization of asked) {
		const response = await ask(world, authorization);
		assert.equal(response.status, 401, authorization ?? "no header");
		assert.equal(await response.text(), "");
		assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer/);
		assert.equal(response.headers.get("cache-control"), "no-store");
		assert.equal(response.headers.get("access-control-allow-origin"), "*");
	}
	world.advance(300_000);
	assert.equal((await ask(world, `Bearer ${accessToken}`)).status, 401);
});

test("a token in the query is refused, even beside a good header", async () => {
	await using world = await openSessionWorld();
	const { accessToken } = await world.signIn();
	const routes = createUserinfoRoute(world);
	for (const headers of [{}, { authorization: `Bearer ${accessToken}` }]) {
		const path = `/oauth2/userinfo?access_token=${accessToken}`;
		assert.equal((await routes.request(path, { headers }, { address: "192.0.2.3" })).status, 401);
	}
});

test("browsers may ask first", async () => {
	await using world = await openSessionWorld();
	const response = await ask(world, undefined, "OPTIONS");
	assert.equal(response.status, 204);
	assert.match(response.headers.get("access-control-allow-headers") ?? "", /Authorization/);
});
