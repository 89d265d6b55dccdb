import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId, type SessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import {
	alice,
	bob,
	client,
	openSessionWorld,
	type SessionWorld,
	scopeFor,
} from "../../test/support/session-world.ts";

const deviceId = asDeviceId("DEVICEAAAA");
const session = { accountId: alice, clientId: client, scope: scopeFor(deviceId), deviceId };
const key = asDeviceId("dGhpcyBpcyBhIHB1YmxpYyBrZXkgb2YgMzIgYnl0ZXM");

async function askToReplaceKeys(world: SessionWorld, sessionId: SessionId): Promise<void> {
	const now = world.clock();
	await world.storage.write((unit) =>
		unit.requests.add({
			...{ accountId: alice, sessionId, deviceId, digest: "d", reference: "r", uiaSession: "u" },
			keys: { self_signing_key: { keys: { [`ed25519:${key}`]: key } } },
			masterKey: "another",
			...{ createdAt: now, lastUploadAt: now, state: "pending", expiresAt: now + 60_000 },
		}),
	);
}

async function kinds(world: SessionWorld): Promise<string[]> {
	const events = await world.storage.read.events.list(alice, { limit: 100 });
	return events.map(({ kind }) => kind).sort();
}

test("a session begins with its device, its tokens and a line in the log", async () => {
	await using world = await openSessionWorld();
	const tokens = await world.signIn({ address: "192.0.2.7", userAgent: "Example/1" });
	assert.equal(tokens.expiresInSeconds, 300);
	assert.equal(tokens.scope, session.scope);
	const [device] = await world.sessions.listOf(alice);
	assert.deepEqual(device, {
		...session,
		id: tokens.sessionId,
		lasting: false,
		compat: false,
		clientName: "Example App",
		clientUri: "https://app.example/",
		createdAt: world.clock(),
		lastUsedAt: world.clock(),
		signedInAddress: "192.0.2.7",
		lastAddress: "192.0.2.7",
		userAgent: "Example/1",
	});
	const stored = await world.storage.read.devices.find(alice, deviceId);
	assert.equal(stored?.displayName, "Example App");
	const [event] = await world.storage.read.events.list(alice, { limit: 1 });
	assert.equal(event?.kind, "device-signed-in");
	assert.equal(event.sessionId, tokens.sessionId);
});

test("what entitles to a session is spent in its transaction, and is told which session", async () => {
	await using world = await openSessionWorld();
	let told = "";
	const opened = await world.sessions.open(session, async (_unit, sessionId) => {
		told = sessionId;
		return true;
	});
	assert.ok(opened.ok);
	assert.equal(opened.tokens.sessionId, told);
});

test("what is already spent opens nothing and leaves no device behind", async () => {
	await using world = await openSessionWorld();
	assert.deepEqual(await world.sessions.open(session, async () => false), { ok: false, reason: "spent" });
	assert.deepEqual(await world.sessions.listOf(alice), []);
	assert.equal(await world.storage.read.devices.find(alice, deviceId), undefined);
	assert.deepEqual(await kinds(world), []);
});

test("what is already spent leaves the session and device that it opened before alone", async () => {
	await using world = await openSessionWorld();
	const tokens = await world.signIn();
	assert.equal((await world.sessions.open(session, async () => false)).ok, false);
	assert.ok((await world.sessions.authenticate(tokens.accessToken, {})).ok);
	assert.ok(await world.storage.read.devices.find(alice, deviceId));
});

test("of fifty parallel openings with one code exactly one succeeds", async () => {
	await using world = await openSessionWorld();
	const record = { kind: "code", idHash: "h", payload: "{}", expiresAt: world.clock() + 1_000 };
	await world.storage.write((unit) => unit.engineRecords.put(record));
	const outcomes = await Promise.all(
		Array.from({ length: 50 }, () =>
			world.sessions.open(session, (unit, sessionId) =>
				unit.engineRecords.consume({ kind: "code", idHash: "h", now: world.clock(), sessionId }),
			),
		),
	);
	assert.equal(outcomes.filter(({ ok }) => ok).length, 1);
	assert.equal((await world.sessions.listOf(alice)).length, 1);
	assert.ok(await world.storage.read.devices.find(alice, deviceId));
});

test("fifty parallel sign-ins to one device leave one live session", async () => {
	await using world = await openSessionWorld();
	const all = await Promise.all(Array.from({ length: 50 }, () => world.signIn()));
	const alive = await Promise.all(all.map(({ accessToken }) => world.sessions.authenticate(accessToken, {})));
	assert.equal(alive.filter(({ ok }) => ok).length, 1);
	assert.equal((await world.sessions.listOf(alice)).length, 1);
});

test("a new session of a device replaces the earlier one and adopts the device", async () => {
	await using world = await openSessionWorld();
	const earlier = await world.signIn();
	await askToReplaceKeys(world, earlier.sessionId);
	const position = await world.storage.read.stream.position(alice);
	const later = await world.signIn();
	assert.equal((await world.sessions.authenticate(earlier.accessToken, {})).ok, false);
	assert.ok((await world.sessions.authenticate(later.accessToken, {})).ok);
	assert.ok(await world.storage.read.devices.find(alice, deviceId));
	assert.equal(await world.storage.read.keyChanges.changedSince(alice, position), false);
	const request = await world.storage.read.requests.find({ reference: "r" });
	assert.equal(request?.state, "withdrawn");
	assert.deepEqual(
		world.rows("SELECT end_reason FROM sessions WHERE ended_at IS NOT NULL").map((row) => row.end_reason),
		["replaced"],
	);
});

test("another person's device of the same id is another device", async () => {
	await using world = await openSessionWorld();
	const hers = await world.signIn();
	await world.signIn({ accountId: bob });
	assert.ok((await world.sessions.authenticate(hers.accessToken, {})).ok);
});

test("a locked or closed account opens nothing, though the code came before", async () => {
	await using world = await openSessionWorld();
	const refused = { ok: false, reason: "account-closed" };
	world.lock(alice, world.clock());
	assert.deepEqual(await world.sessions.open(session, async () => true), refused);
	world.lock(alice, null);
	world.deactivate(alice);
	assert.deepEqual(await world.sessions.open(session, async () => true), refused);
	assert.deepEqual(
		await world.sessions.open({ ...session, accountId: asAccountId("nobody") }, async () => true),
		refused,
	);
});

test("an account closed while the homeserver is asked gets neither session nor device, nor is the code spent", async () => {
	await using world = await openSessionWorld();
	let spent = false;
	const opening = world.sessions.open(session, async () => {
		spent = true;
		return true;
	});
	world.deactivate(alice);
	assert.deepEqual(await opening, { ok: false, reason: "account-closed" });
	assert.equal(spent, false);
	assert.equal(await world.storage.read.devices.find(alice, deviceId), undefined);
});

test("a device that its earlier session takes along meanwhile is not opened without, and the code stays", async () => {
	await using world = await openSessionWorld();
	const { refreshToken } = await world.signIn();
	world.homeserver.afterDevice = () => world.sessions.endByToken(refreshToken);
	const opened = await world.sessions.open(session, () => assert.fail("spent"));
	assert.deepEqual(opened, { ok: false, reason: "homeserver-unavailable" });
	assert.equal((await world.sessions.open(session, async () => true)).ok, true);
	assert.ok(await world.storage.read.devices.find(alice, deviceId));
});

test("while the homeserver cannot be reached the code stays unspent", async () => {
	await using world = await openSessionWorld();
	world.homeserver.unavailable = true;
	const outcome = await world.sessions.open(session, () => assert.fail("spent"));
	assert.deepEqual(outcome, { ok: false, reason: "homeserver-unavailable" });
	assert.deepEqual(await kinds(world), []);
});

test("a device may not take the name of a stored cross-signing key", async () => {
	await using world = await openSessionWorld();
	const stored = { slot: "master", publicKey: key, signed: "{}", object: {} } as const;
	await world.storage.write((unit) => unit.keys.replace(alice, [stored], world.clock()));
	const named = { ...session, deviceId: key, scope: scopeFor(key) };
	const outcome = await world.sessions.open(named, () => assert.fail("spent"));
	assert.deepEqual(outcome, { ok: false, reason: "device-id-in-use" });
});

test("a device may not take the name of a key that waits for approval", async () => {
	await using world = await openSessionWorld();
	const { sessionId } = await world.signIn();
	await askToReplaceKeys(world, sessionId);
	const named = { ...session, deviceId: key, scope: scopeFor(key) };
	const outcome = await world.sessions.open(named, () => assert.fail("spent"));
	assert.deepEqual(outcome, { ok: false, reason: "device-id-in-use" });
	assert.equal(await world.storage.read.devices.find(alice, key), undefined);
});

test("when the transaction fails, nothing of the session remains", async () => {
	await using world = await openSessionWorld();
	const boom = new Error("disk");
	await assert.rejects(
		world.sessions.open(session, () => Promise.reject(boom)),
		boom,
	);
	assert.deepEqual(await world.sessions.listOf(alice), []);
	assert.deepEqual(await kinds(world), []);
});

test("a sign-in is the act of its app, and is in the log with where it came from, where that is known", async () => {
	await using world = await openSessionWorld();
	for (const from of [{ address: "192.0.2.7" }, {}]) {
		const { sessionId } = await world.signIn(from);
		// The second one ends the first, in the same millisecond: lines of one time stand in no order.
		const lines = await world.storage.read.events.list(alice, { limit: 10 });
		const line = lines.find((each) => each.kind === "device-signed-in" && each.sessionId === sessionId);
		const { id, appName: _, ...facts } = line ?? assert.fail();
		assert.ok(id.length >= 32);
		assert.deepEqual(facts, {
			...{ accountId: alice, at: world.clock(), kind: "device-signed-in", sessionId, deviceId, ...from },
			...{ actor: { kind: "app", clientId: client }, detail: { clientId: client } },
		});
		world.advance(1);
	}
});

test("a device bears the name that it was given, else that of its app, else none", async () => {
	await using world = await openSessionWorld();
	world.rows(
		"INSERT INTO clients (id, metadata, created_at, last_used_at) VALUES ('plain', '{}', 0, 0) RETURNING id",
	);
	const nameOf = async (id: string) =>
		(await world.storage.read.devices.find(alice, asDeviceId(id)))?.displayName ?? undefined;
	await world.signIn({ deviceId: asDeviceId("GIVENNAME"), deviceName: "Kitchen" });
	await world.signIn({ deviceId: asDeviceId("ITSAPPSNAME") });
	await world.signIn({ deviceId: asDeviceId("WITHOUTNAME"), clientId: "plain" });
	assert.deepEqual(await Promise.all(["GIVENNAME", "ITSAPPSNAME", "WITHOUTNAME"].map(nameOf)), [
		"Kitchen",
		"Example App",
		undefined,
	]);
});

test("a fault of ours while the device is made is not told as the homeserver's", async () => {
	await using world = await openSessionWorld();
	world.homeserver.afterDevice = () => Promise.reject(new TypeError("ours"));
	await assert.rejects(
		world.sessions.open(session, async () => true),
		/ours/,
	);
});

test("while a switch that its person objected to is on at the homeserver, no app is let in; then one is", async () => {
	await using world = await openSessionWorld();
	const { storage, sessions, clock, advance } = world;
	const until = String(clock() + 600_000);
	const line = { accountId: alice, actor: { kind: "somebody" }, detail: { until } } as const;
	const record = (id: string, kind: "reset-window-opened" | "reset-window-closed") =>
		storage.write((unit) => unit.events.record({ ...line, id, at: clock(), kind }));
	const open = (accountId = alice) => sessions.open({ ...session, accountId }, async () => true);
	await record("one", "reset-window-opened");
	advance(1);
	assert.equal((await open()).ok, true);
	await record("two", "reset-window-closed");
	advance(599_998);
	assert.deepEqual(await open(), { ok: false, reason: "homeserver-unavailable" });
	assert.equal((await open(bob)).ok, true);
	advance(1);
	assert.equal((await open()).ok, true);
});
