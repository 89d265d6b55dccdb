import assert from "node:assert/strict";
import { test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import {
	alice,
	bob,
	client,
	openSessionWorld,
	otherClient,
	type SessionWorld,
} from "../../test/support/session-world.ts";
import { tokenHash } from "./token-format.ts";

const event = { acr: "urn:countersign:acr:approved:1", at: 1_799_999_999_000 };

/** What of a session it is asked to elevate, and what was consumed. */
async function elevate(
	world: SessionWorld,
	{ spent = false, ...of }: Partial<Parameters<SessionWorld["sessions"]["elevate"]>[0]> & { spent?: boolean },
) {
	const consumed: { readonly sessionId: string; readonly token: string }[] = [];
	const outcome = await world.sessions.elevate(
		{ accountId: alice, clientId: client, deviceId: asDeviceId("DEVICEAAAA"), event, ...of },
		async (_, given) => {
			consumed.push(given);
			return !spent;
		},
	);
	return { outcome, consumed };
}

const tokensOf = (world: SessionWorld) => [
	world.rows("SELECT * FROM access_tokens ORDER BY hash"),
	world.rows("SELECT * FROM refresh_tokens ORDER BY hash"),
];

test("a session that is elevated has two new tokens, and of those of before only one that is over", async () => {
	await using world = await openSessionWorld();
	const { deviceId, ...before } = await world.signIn();
	await world.signIn({ deviceId: asDeviceId("DEVICEBBBB") });
	world.advance(1_000);
	const { outcome, consumed } = await elevate(world, {});
	assert.ok(outcome.ok);
	const { accessToken, refreshToken, ...rest } = outcome.tokens;
	const { sessionId, accountId, scope } = before;
	assert.deepEqual(rest, { sessionId, accountId, scope, expiresInSeconds: 300 });
	assert.deepEqual(consumed, [{ sessionId, token: tokenHash(accessToken) }]);
	assert.deepEqual(await world.sessions.authenticate(before.accessToken, {}), {
		ok: false,
		reason: "expired",
	});
	const old = { refreshToken: before.refreshToken, clientId: client };
	assert.deepEqual(await world.sessions.refresh(old), { ok: false, reason: "unknown" });
	const found = await world.sessions.authenticate(accessToken, {});
	assert.ok(found.ok);
	assert.deepEqual([found.caller.deviceId, found.event], [deviceId, event]);
	assert.equal(found.issuedAt, world.clock());
	assert.equal(found.expiresAt, world.clock() + 300_000);
	const refreshed = await world.sessions.refresh({ refreshToken, clientId: client });
	assert.ok(refreshed.ok);
	const next = await world.sessions.authenticate(refreshed.tokens.accessToken, {});
	assert.ok(next.ok);
	assert.equal(next.event, undefined, "a refresh stands for nobody who was there");
	assert.equal((await world.sessions.listOf(alice)).length, 2);
});

test("an access token that is elevated lasts as long as the operator wants", async () => {
	await using world = await openSessionWorld("embedded", { accessSeconds: 60 });
	await world.signIn();
	const { outcome } = await elevate(world, {});
	assert.equal(outcome.ok && outcome.tokens.expiresInSeconds, 60);
});

test("a session is elevated by its own app and person, on its own device, and consumes nothing else", async () => {
	await using world = await openSessionWorld();
	await world.signIn();
	await world.signIn({ accountId: bob, deviceId: asDeviceId("DEVICECCCC") });
	const before = tokensOf(world);
	const ended = { outcome: { ok: false, reason: "ended" }, consumed: [] };
	assert.deepEqual(await elevate(world, { clientId: otherClient }), ended);
	assert.deepEqual(await elevate(world, { deviceId: asDeviceId("DEVICEBBBB") }), ended);
	assert.deepEqual(await elevate(world, { accountId: bob }), ended);
	world.lock(alice, world.clock());
	assert.deepEqual(await elevate(world, {}), ended);
	assert.deepEqual(tokensOf(world), before);
});

test("where what was agreed to is spent, the tokens of before go on", async () => {
	await using world = await openSessionWorld();
	await world.signIn();
	const before = tokensOf(world);
	const { outcome, consumed } = await elevate(world, { spent: true });
	assert.deepEqual([outcome, consumed.length], [{ ok: false, reason: "spent" }, 1]);
	assert.deepEqual(tokensOf(world), before);
});
