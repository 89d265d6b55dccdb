import assert from "node:assert/strict";
import { test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { byOperator, byPerson } from "../../test/support/actors.ts";
import {
	alice,
	client,
	openSessionWorld,
	random,
	type SessionWorld,
} from "../../test/support/session-world.ts";
import { createRemoveDevice, endSessions } from "./index.ts";

const day = 86_400_000;

/** Signs in, and has the credentials seen in two places. */
async function doubted(world: SessionWorld, deviceId = asDeviceId("DEVICEAAAA")) {
	const tokens = await world.signIn({ deviceId });
	const { accountId, sessionId } = tokens;
	await world.sessions.end({ accountId, sessionId, reason: "code-replayed", actor: byPerson });
	return tokens;
}

async function exists(world: SessionWorld, deviceId = asDeviceId("DEVICEAAAA")) {
	return (await world.storage.read.devices.find(alice, deviceId)) !== undefined;
}

const kept = (world: SessionWorld) => world.sessions.listKept(alice);
const signedOut = { accountId: alice, reason: "signed-out", actor: byPerson } as const;

test("a session whose credentials were seen twice ends, and its device stays for a day for whoever signs in on it", async () => {
	await using world = await openSessionWorld();
	const first = await doubted(world);
	assert.deepEqual(await world.sessions.listOf(alice), []);
	assert.ok(await exists(world));
	const [device] = await kept(world);
	assert.equal(device?.keptUntil, world.clock() + day);
	assert.equal(device.deviceId, first.deviceId);
	assert.equal(device.id, first.sessionId);
	assert.equal(device.clientName, "Example App");
	const refreshed = await world.sessions.refresh({ refreshToken: first.refreshToken, clientId: client });
	assert.deepEqual(refreshed, { ok: false, reason: "unknown" });
});

test("its app is told to keep what it has, and never that its token counts", async () => {
	await using world = await openSessionWorld();
	const { accessToken } = await doubted(world);
	const told = { ok: false, reason: "device-kept" };
	assert.deepEqual(await world.sessions.authenticate(accessToken, {}), told);
	world.advance(day);
	assert.deepEqual(await world.sessions.authenticate(accessToken, {}), told, "long after it expired");
	world.deactivate(alice);
	assert.deepEqual(await world.sessions.authenticate(accessToken, {}), { ok: false, reason: "ended" });
});

test("whoever signs in on the kept device takes it over, and it is kept no more", async () => {
	await using world = await openSessionWorld();
	const first = await doubted(world);
	assert.equal(
		(await world.sessions.findDevice(alice, asDeviceId("DEVICEAAAA")))?.keptUntil,
		world.clock() + day,
	);
	world.advance(1);
	const next = await world.signIn();
	assert.deepEqual(await kept(world), []);
	assert.equal((await world.sessions.findDevice(alice, asDeviceId("DEVICEAAAA")))?.keptUntil, undefined);
	const events = await world.storage.read.events.list(alice, { limit: 1 });
	assert.equal(events[0]?.kind, "device-signed-in", "nothing was signed out by it");
	const { accountId, sessionId } = next;
	await world.sessions.end({ accountId, sessionId, reason: "signed-out", actor: byPerson });
	assert.equal(await exists(world), false, "it is a device like any other again");
	assert.deepEqual(await world.sessions.authenticate(first.accessToken, {}), { ok: false, reason: "ended" });
});

test("a sign-in on it that comes to nothing leaves it as it was", async () => {
	await using world = await openSessionWorld();
	await doubted(world);
	const wanted = { accountId: alice, clientId: client, scope: "", deviceId: asDeviceId("DEVICEAAAA") };
	const outcome = await world.sessions.open(wanted, async () => false);
	assert.deepEqual(outcome, { ok: false, reason: "spent" });
	assert.ok(await exists(world));
	assert.equal((await kept(world)).length, 1);
});

test("no lasting token is issued on it", async () => {
	await using world = await openSessionWorld();
	await doubted(world);
	const wanted = { accountId: alice, name: "bot", deviceId: asDeviceId("DEVICEAAAA"), scope: "" };
	assert.deepEqual(await world.lastingTokens.issue(wanted, byOperator), {
		ok: false,
		reason: "device-signed-in",
	});
	assert.equal((await kept(world)).length, 1);
});

test("its person removes it at once, which stands in their log, and once", async () => {
	await using world = await openSessionWorld();
	const { sessionId, accessToken } = await doubted(world);
	const other = await doubted(world, asDeviceId("DEVICEBBBB"));
	world.advance(1);
	const asked = Array.from({ length: 10 }, () => world.sessions.end({ ...signedOut, sessionId }));
	assert.equal((await Promise.all(asked)).filter(Boolean).length, 1);
	assert.equal(await exists(world), false);
	assert.deepEqual(await world.sessions.authenticate(accessToken, {}), { ok: false, reason: "unknown" });
	assert.ok(await exists(world, asDeviceId("DEVICEBBBB")));
	assert.deepEqual(
		(await kept(world)).map(({ id }) => id),
		[other.sessionId],
	);
	const [event] = await world.storage.read.events.list(alice, { limit: 1 });
	assert.deepEqual([event?.kind, event?.detail], ["device-signed-out", { reason: "signed-out" }]);
});

test("signing out everywhere and closing the account take kept devices along", async () => {
	await using world = await openSessionWorld();
	await doubted(world);
	assert.equal(await world.sessions.endAllOf(alice, { reason: "signed-out-everywhere", actor: byPerson }), 1);
	assert.equal(await exists(world), false);
	await doubted(world);
	const closing = { reason: "account-closed", now: world.clock(), actor: byPerson, random } as const;
	await world.storage.write((unit) => endSessions(unit, { accountId: alice }, closing));
	assert.equal(await exists(world), false);
	assert.deepEqual(await kept(world), []);
});

test("the operator removes it by its id", async () => {
	await using world = await openSessionWorld();
	await doubted(world);
	const other = asDeviceId("DEVICEBBBB");
	await doubted(world, other);
	const remove = createRemoveDevice({ storage: world.storage, clock: world.clock, random });
	assert.equal(await remove({ accountId: alice, deviceId: asDeviceId("DEVICEAAAA") }, byOperator), true);
	assert.equal(await exists(world), false);
	assert.deepEqual(
		(await kept(world)).map(({ deviceId }) => deviceId),
		[other],
	);
});

test("no token of the ended session removes it: it may be in the wrong hands", async () => {
	await using world = await openSessionWorld();
	const { accessToken, refreshToken } = await doubted(world);
	assert.equal(await world.sessions.endByToken(accessToken), false);
	assert.equal(await world.sessions.endByToken(refreshToken), false);
	assert.ok(await exists(world));
});

test("one session after the other on one device: what is kept is the last", async () => {
	await using world = await openSessionWorld();
	await doubted(world);
	world.advance(1_000);
	await doubted(world);
	assert.deepEqual(
		(await kept(world)).map(({ keptUntil }) => keptUntil),
		[world.clock() + day],
	);
});

test("each of several devices is found by its id, live or kept, and none by another", async () => {
	await using world = await openSessionWorld();
	const ids = ["KEPTAAAAAA", "KEPTBBBBBB", "LIVEAAAAAA", "LIVEBBBBBB"].map(asDeviceId);
	for (const [at, deviceId] of ids.entries()) {
		if (at < 2) await doubted(world, deviceId);
		else await world.signIn({ deviceId });
		world.advance(1);
	}
	for (const deviceId of ids)
		assert.equal((await world.sessions.findDevice(alice, deviceId))?.deviceId, deviceId);
	assert.equal(await world.sessions.findDevice(alice, asDeviceId("NOBODYS")), undefined);
});

test("while one is kept another is like any other: it is made for a token, and goes with what comes to nothing", async () => {
	await using world = await openSessionWorld();
	await doubted(world);
	const deviceId = asDeviceId("DEVICEBBBB");
	const wanted = { accountId: alice, clientId: client, scope: "", deviceId };
	assert.equal((await world.sessions.open(wanted, async () => false)).ok, false);
	assert.equal(await exists(world, deviceId), false);
	const scope = "urn:matrix:client:api:*";
	assert.ok(
		(await world.lastingTokens.issue({ accountId: alice, name: "bot", deviceId, scope }, byOperator)).ok,
	);
});
