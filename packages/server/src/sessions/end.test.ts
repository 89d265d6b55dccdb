import assert from "node:assert/strict";
import { test } from "node:test";
import type { SessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { byOperator, byPerson } from "../../test/support/actors.ts";
import { alice, bob, openSessionWorld, random, type SessionWorld } from "../../test/support/session-world.ts";
import { endAdministering, endSessions } from "./index.ts";

const signedOut = { reason: "signed-out", actor: byPerson, address: "192.0.2.9" } as const;

/** A request to replace keys that is approved and only has to be repeated. */
async function approve(world: SessionWorld, sessionId: SessionId, reference: string): Promise<void> {
	const now = world.clock();
	const expiresAt = now + 60_000;
	await world.storage.write(async ({ requests }) => {
		await requests.add({
			...{ accountId: alice, sessionId, deviceId: asDeviceId("DEVICEAAAA"), digest: "d", reference },
			...{ uiaSession: `uia-${reference}`, keys: {}, masterKey: "m", createdAt: now, lastUploadAt: now },
			...{ state: "pending", expiresAt },
		});
		await requests.move({ move: "approve", reference, accountId: alice, generation: 0, delayMs: 0, now });
	});
}

async function isAlive(world: SessionWorld, { accessToken }: { readonly accessToken: string }) {
	return (await world.sessions.authenticate(accessToken, {})).ok;
}

test("ending a session kills its tokens, its approval and its device at once, and says so in the log", async () => {
	await using world = await openSessionWorld();
	const { accountId, sessionId, deviceId, accessToken, refreshToken } = await world.signIn();
	await approve(world, sessionId, "r");
	world.advance(1);
	assert.equal(await world.sessions.end({ accountId, sessionId, ...signedOut }), true);
	assert.deepEqual(await world.sessions.authenticate(accessToken, {}), { ok: false, reason: "unknown" });
	const refreshed = await world.sessions.refresh({ refreshToken, clientId: "client-one" });
	assert.deepEqual(refreshed, { ok: false, reason: "unknown" });
	assert.equal((await world.storage.read.requests.find({ reference: "r" }))?.state, "withdrawn");
	assert.equal(await world.storage.read.devices.find(alice, deviceId), undefined);
	assert.deepEqual(await world.sessions.listOf(alice), []);
	const [event] = await world.storage.read.events.list(alice, { limit: 1 });
	assert.equal(event?.kind, "device-signed-out");
	assert.deepEqual(event.detail, { reason: "signed-out" });
	assert.equal(event.address, "192.0.2.9");
});

test("a session ends once, however many ask", async () => {
	await using world = await openSessionWorld();
	const { accountId, sessionId } = await world.signIn();
	const asked = Array.from({ length: 30 }, () => world.sessions.end({ accountId, sessionId, ...signedOut }));
	assert.equal((await Promise.all(asked)).filter(Boolean).length, 1);
	const events = await world.storage.read.events.list(alice, { limit: 100 });
	assert.equal(events.filter(({ kind }) => kind === "device-signed-out").length, 1);
});

test("nobody ends another person's session by its id", async () => {
	await using world = await openSessionWorld();
	const hers = await world.signIn();
	const { sessionId } = hers;
	assert.equal(await world.sessions.end({ accountId: bob, sessionId, ...signedOut }), false);
	assert.ok(await isAlive(world, hers));
});

test("signing out everywhere ends all sessions of the person and nobody else's", async () => {
	await using world = await openSessionWorld();
	const mine = [await world.signIn(), await world.signIn({ deviceId: asDeviceId("DEVICEBBBB") })];
	const his = await world.signIn({ accountId: bob });
	assert.equal(await world.sessions.endAllOf(alice, { reason: "signed-out-everywhere", actor: byPerson }), 2);
	assert.deepEqual(await Promise.all(mine.map((tokens) => isAlive(world, tokens))), [false, false]);
	assert.ok(await isAlive(world, his));
});

test("one session can be spared when all others end", async () => {
	await using world = await openSessionWorld();
	const spared = await world.signIn();
	const other = await world.signIn({ deviceId: asDeviceId("DEVICEBBBB") });
	const how = {
		reason: "signed-out-everywhere",
		exceptSessionId: spared.sessionId,
		actor: byPerson,
	} as const;
	assert.equal(await world.sessions.endAllOf(alice, how), 1);
	assert.ok(await isAlive(world, spared));
	assert.equal(await isAlive(world, other), false);
});

test("a person's sessions can end inside somebody else's transaction, or not at all", async () => {
	await using world = await openSessionWorld();
	const tokens = await world.signIn();
	const ending = {
		actor: byPerson,
		reason: "account-closed",
		now: world.clock(),
		random: { bytes: () => new Uint8Array(), token: () => "id" },
	} as const;
	const fail = new Error("later step");
	const closing = world.storage.write(async (unit) => {
		await endSessions(unit, { accountId: alice }, ending);
		throw fail;
	});
	await assert.rejects(closing, fail);
	assert.ok(await isAlive(world, tokens));
	assert.ok(await world.storage.read.devices.find(alice, tokens.deviceId));
});

test("any token of a session ends it: access or refresh, expired or used", async () => {
	await using world = await openSessionWorld();
	for (const pick of ["accessToken", "refreshToken"] as const) {
		const tokens = await world.signIn();
		world.advance(301_000);
		await world.sessions.refresh({ refreshToken: tokens.refreshToken, clientId: "client-one" });
		assert.equal(await world.sessions.endByToken(tokens[pick]), true, pick);
		assert.deepEqual(await world.sessions.listOf(alice), [], pick);
		assert.equal(await world.sessions.endByToken(tokens[pick]), false, pick);
	}
});

test("an end is answered once the homeserver knows of it, and where nothing ended nobody waits", async () => {
	await using world = await openSessionWorld();
	const told: string[] = [];
	world.homeserver.afterEnd = async (accountId) => {
		assert.deepEqual(await world.sessions.listOf(accountId), [], "it can be told only of what is committed");
		await new Promise(setImmediate);
		told.push(accountId);
	};
	const { accessToken } = await world.signIn();
	await world.sessions.endByToken(accessToken);
	assert.deepEqual(told, [alice]);
	await world.sessions.endByToken(accessToken);
	await world.sessions.endAllOf(alice, { reason: "signed-out-everywhere", actor: byPerson });
	assert.deepEqual(told, [alice]);
	const { accountId, sessionId } = await world.signIn({ accountId: bob });
	await world.sessions.end({ accountId, sessionId, ...signedOut });
	await world.signIn();
	await world.sessions.endAllOf(alice, { reason: "signed-out-everywhere", actor: byPerson });
	assert.deepEqual(told, [alice, bob, alice]);
});

test("what nobody was handed out ends nothing, and of many who show one token at once one has ended it", async () => {
	await using world = await openSessionWorld();
	const { accessToken } = await world.signIn();
	for (const noise of ["", "mat_x", `${accessToken}x`])
		assert.equal(await world.sessions.endByToken(noise), false);
	const all = await Promise.all(Array.from({ length: 20 }, () => world.sessions.endByToken(accessToken)));
	assert.equal(all.filter(Boolean).length, 1);
});

test("a token that ends its session is the act of its app, from where it was shown", async () => {
	await using world = await openSessionWorld();
	const { refreshToken, sessionId, deviceId } = await world.signIn();
	world.advance(1);
	await world.sessions.endByToken(refreshToken, { address: "192.0.2.9" });
	const [line] = await world.storage.read.events.list(alice, { limit: 1 });
	const { id, appName: _, ...facts } = line ?? assert.fail();
	assert.ok(id.length >= 32);
	assert.deepEqual(facts, {
		...{ accountId: alice, at: world.clock(), kind: "device-signed-out", address: "192.0.2.9" },
		...{ sessionId, deviceId, actor: { kind: "app", clientId: "client-one" }, detail: { reason: "revoked" } },
	});
	const again = await world.signIn();
	world.advance(1);
	await world.sessions.endByToken(again.accessToken);
	const [unknown] = await world.storage.read.events.list(alice, { limit: 1 });
	assert.ok(unknown?.kind === "device-signed-out" && !("address" in unknown));
});

test("when all end, a code that was handed out before is void", async () => {
	await using world = await openSessionWorld();
	const generation = () => world.rows("SELECT generation FROM accounts WHERE id = ?", alice)[0]?.generation;
	const before = Number(generation());
	await world.sessions.endAllOf(alice, { reason: "signed-out-everywhere", actor: byPerson });
	assert.equal(generation(), before + 1);
});

test("a person who administers no more loses the sessions that could, and no other", async () => {
	await using world = await openSessionWorld();
	const scope = (deviceId: string) =>
		`urn:matrix:client:api:* urn:synapse:admin:* urn:matrix:client:device:${deviceId}`;
	const administering = await Promise.all(
		["ADMINAAAAA", "ADMINBBBBB"].map((id) => world.signIn({ deviceId: asDeviceId(id), scope: scope(id) })),
	);
	const plain = await world.signIn();
	const his = await world.signIn({
		accountId: bob,
		deviceId: asDeviceId("ADMINAAAAA"),
		scope: scope("ADMINAAAAA"),
	});
	world.advance(1);
	const ending = { now: world.clock(), random, actor: byOperator } as const;
	assert.equal(await world.storage.write((unit) => endAdministering(unit, alice, ending)), 2);
	assert.deepEqual(await Promise.all(administering.map((each) => isAlive(world, each))), [false, false]);
	assert.deepEqual(await Promise.all([plain, his].map((each) => isAlive(world, each))), [true, true]);
	const [line] = await world.storage.read.events.list(alice, { limit: 1 });
	assert.deepEqual([line?.kind, line?.detail], ["device-signed-out", { reason: "admin-withdrawn" }]);
	assert.equal(await world.storage.write((unit) => endAdministering(unit, alice, ending)), 0);
});
