import assert from "node:assert/strict";
import { test } from "node:test";
import { byPerson } from "../../test/support/actors.ts";
import {
	alice,
	client,
	openSessionWorld,
	otherClient,
	type SessionWorld,
} from "../../test/support/session-world.ts";
import type { IssuedTokens } from "./index.ts";
import { createToken } from "./token-format.ts";

const minute = 60_000;

async function refresh(world: SessionWorld, refreshToken: string, clientId = client) {
	return world.sessions.refresh({ refreshToken, clientId, address: "192.0.2.1" });
}

async function refreshed(world: SessionWorld, refreshToken: string): Promise<IssuedTokens> {
	const outcome = await refresh(world, refreshToken);
	assert.ok(outcome.ok, JSON.stringify(outcome));
	return outcome.tokens;
}

async function isAlive(world: SessionWorld): Promise<boolean> {
	return (await world.sessions.listOf(alice)).length === 1;
}

async function use(world: SessionWorld, tokens: IssuedTokens) {
	const found = await world.sessions.authenticate(tokens.accessToken, {});
	assert.ok(found.ok, JSON.stringify(found));
}

test("a refresh hands out another pair for the same session and device", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	const next = await refreshed(world, first.refreshToken);
	assert.notEqual(next.refreshToken, first.refreshToken);
	assert.notEqual(next.accessToken, first.accessToken);
	const { deviceId } = first;
	const found = await world.sessions.authenticate(next.accessToken, {});
	assert.equal(found.ok && found.caller.deviceId, deviceId);
	assert.deepEqual(
		{ ...next, deviceId, accessToken: "", refreshToken: "" },
		{ ...first, accessToken: "", refreshToken: "" },
	);
	await use(world, next);
});

test("fifty parallel refreshes with one token all get the same successor, and the session lives", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	const all = await Promise.all(Array.from({ length: 50 }, () => refreshed(world, first.refreshToken)));
	const [successor] = all.map(({ refreshToken }) => refreshToken);
	assert.deepEqual([...new Set(all.map(({ refreshToken }) => refreshToken))], [successor]);
	assert.equal(new Set(all.map(({ accessToken }) => accessToken)).size, 50);
	assert.ok(await isAlive(world));
	assert.equal(world.rows("SELECT hash FROM refresh_tokens WHERE consumed_at IS NULL").length, 1);
	await refreshed(world, successor ?? "");
});

test("a lost answer is given again, however late, with the same successor", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	const lost = await refreshed(world, first.refreshToken);
	world.advance(40 * 24 * 60 * minute);
	const again = await refreshed(world, first.refreshToken);
	assert.equal(again.refreshToken, lost.refreshToken);
	await use(world, again);
});

test("a lost answer can be asked for again after the clean-up of dead rows", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	await refreshed(world, first.refreshToken);
	world.advance(40 * 24 * 60 * minute);
	await world.storage.write(async (unit) => {
		await unit.tokens.deleteExpired(world.clock(), 0);
		await unit.tokens.deleteConsumed(world.clock(), 0);
	});
	await refreshed(world, first.refreshToken);
});

test("a sibling tab that refreshes within a minute is answered although the first tab used its answer", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	const one = await refreshed(world, first.refreshToken);
	await use(world, one);
	world.advance(minute);
	const two = await refreshed(world, first.refreshToken);
	await use(world, one);
	await use(world, two);
	assert.ok(await isAlive(world));
});

test("a refresh token whose answer was used yields nothing after a minute: once it is told to wait, the second time its session ends", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	const next = await refreshed(world, first.refreshToken);
	await use(world, next);
	world.advance(minute + 1);
	assert.deepEqual(await refresh(world, first.refreshToken), { ok: false, reason: "late" });
	assert.ok(await isAlive(world));
	world.advance(10_001);
	assert.deepEqual(await refresh(world, first.refreshToken), { ok: false, reason: "reused" });
	assert.equal(await isAlive(world), false);
	assert.deepEqual(await world.sessions.authenticate(next.accessToken, {}), {
		ok: false,
		reason: "device-kept",
	});
	assert.deepEqual(await refresh(world, next.refreshToken), { ok: false, reason: "unknown" });
	assert.ok(await world.storage.read.devices.find(alice, first.deviceId), "with its keys");
});

test("an app that slept while its extension refreshed goes on with what the extension stored", async () => {
	await using world = await openSessionWorld();
	const asleep = await world.signIn();
	const extension = await refreshed(world, asleep.refreshToken);
	await use(world, extension);
	world.advance(10 * minute);
	const wokenAt = world.clock();
	const woken = await Promise.all([1, 2, 3].map(() => refresh(world, asleep.refreshToken)));
	assert.deepEqual(new Set(woken.map((outcome) => !outcome.ok && outcome.reason)), new Set(["late"]));
	world.advance(1_000);
	const found = await refreshed(world, extension.refreshToken);
	await use(world, found);
	world.advance(24 * 60 * minute);
	await use(world, await refreshed(world, found.refreshToken));
	const events = await world.storage.read.events.list(alice, { limit: 10 });
	assert.deepEqual(
		events.map(({ kind }) => kind),
		["refresh-token-late", "device-signed-in"],
		"one line",
	);
	const { id, appName: _, ...line } = events[0] ?? assert.fail();
	assert.ok(id.length >= 32);
	assert.deepEqual(line, {
		...{ accountId: alice, at: wokenAt, kind: "refresh-token-late", address: "192.0.2.1" },
		...{ sessionId: asleep.sessionId, deviceId: asleep.deviceId },
		...{ actor: { kind: "app", clientId: client }, detail: {} },
	});
});

test("a thief who refreshed first is stopped by the app that goes on asking with what it has", async () => {
	await using world = await openSessionWorld();
	const stolen = await world.signIn();
	let thief = await refreshed(world, stolen.refreshToken);
	await use(world, thief);
	for (let asked = 0; asked < 2; asked++) {
		world.advance(5 * minute);
		thief = await refreshed(world, thief.refreshToken);
		await refresh(world, stolen.refreshToken);
	}
	assert.deepEqual(await refresh(world, thief.refreshToken), { ok: false, reason: "unknown" });
	assert.equal((await world.sessions.authenticate(thief.accessToken, {})).ok, false);
});

test("each of many old tokens is told once to wait, and none is ever good for another", async () => {
	await using world = await openSessionWorld();
	const old: IssuedTokens[] = [await world.signIn()];
	for (let step = 0; step < 5; step++) {
		world.advance(5 * minute);
		old.push(await refreshed(world, old.at(-1)?.refreshToken ?? ""));
	}
	const newest = old.pop();
	assert.ok(newest !== undefined);
	await use(world, newest);
	for (const { refreshToken } of old) {
		world.advance(minute);
		assert.deepEqual(await refresh(world, refreshToken), { ok: false, reason: "late" });
	}
	await refreshed(world, newest.refreshToken);
});

test("a clock put back makes no old token good", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	const next = await refreshed(world, first.refreshToken);
	await use(world, next);
	world.advance(-60 * minute);
	assert.deepEqual(await refresh(world, first.refreshToken), { ok: false, reason: "late" });
	world.advance(-minute);
	assert.deepEqual(await refresh(world, first.refreshToken), { ok: false, reason: "reused" });
});

test("a use noted days ago still shows that the answer arrived, after the clean-up of dead rows", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	await use(world, await refreshed(world, first.refreshToken));
	await world.sessions.flush();
	world.advance(40 * 24 * 60 * minute);
	await world.storage.write((unit) => unit.tokens.deleteExpired(world.clock(), 0));
	assert.deepEqual(await refresh(world, first.refreshToken), { ok: false, reason: "late" });
});

test("a refresh token yields nothing as soon as its successor was used to refresh", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	const next = await refreshed(world, first.refreshToken);
	await refreshed(world, next.refreshToken);
	world.advance(1);
	assert.deepEqual(await refresh(world, first.refreshToken), { ok: false, reason: "late" });
	world.advance(10_000);
	assert.deepEqual(await refresh(world, first.refreshToken), { ok: false, reason: "late" }, "one mistake");
	world.advance(1);
	assert.deepEqual(await refresh(world, first.refreshToken), { ok: false, reason: "reused" });
	assert.equal(await isAlive(world), false);
	const [event] = await world.storage.read.events.list(alice, { limit: 1 });
	assert.equal(event?.kind, "refresh-token-reused");
	assert.equal(event.address, "192.0.2.1");
});

test("losing the notes of uses in a crash only makes us lenient about lost answers", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	const next = await refreshed(world, first.refreshToken);
	await use(world, next);
	await world.sessions.flush();
	world.rows("UPDATE access_tokens SET first_used_at = NULL RETURNING hash");
	world.advance(minute + 1);
	assert.equal((await refreshed(world, first.refreshToken)).refreshToken, next.refreshToken);
	assert.ok(await isAlive(world));
});

test("another client's refresh token is refused and its session lives", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	assert.deepEqual(await refresh(world, first.refreshToken, otherClient), {
		ok: false,
		reason: "other-client",
	});
	assert.ok(await isAlive(world));
	await refreshed(world, first.refreshToken);
});

test("a locked person's app is told to wait, and goes on with the same token afterwards", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	world.lock(alice, world.clock());
	assert.deepEqual(await refresh(world, first.refreshToken), { ok: false, reason: "locked" });
	world.lock(alice, null);
	await refreshed(world, first.refreshToken);
});

test("a closed account's refresh token is refused", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	world.deactivate(alice);
	assert.deepEqual(await refresh(world, first.refreshToken), { ok: false, reason: "ended" });
});

test("access tokens, noise and tokens never handed out are no refresh tokens", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	const stranger = createToken("refresh", { bytes: (count) => new Uint8Array(count), token: () => "" });
	for (const token of [first.accessToken, "", "mar_", stranger]) {
		assert.deepEqual(await refresh(world, token), { ok: false, reason: "unknown" });
	}
	assert.ok(await isAlive(world));
});

test("sixteen access tokens of a session count at once, the newest and the used ones", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	await use(world, first);
	await world.sessions.flush();
	for (let tab = 0; tab < 21; tab += 1) {
		world.advance(10);
		await use(world, await refreshed(world, first.refreshToken));
	}
	assert.equal(world.rows("SELECT hash FROM access_tokens").length, 16);
	await use(world, await refreshed(world, first.refreshToken));
});

test("a refresh token that is presented while its session ends yields nothing that lives on", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	const { accountId, sessionId } = first;
	const [outcomes] = await Promise.all([
		Promise.all(Array.from({ length: 20 }, () => refresh(world, first.refreshToken))),
		world.sessions.end({ accountId, sessionId, reason: "signed-out", actor: byPerson }),
	]);
	for (const outcome of outcomes) {
		if (!outcome.ok) continue;
		const found = await world.sessions.authenticate(outcome.tokens.accessToken, {});
		assert.equal(found.ok, false);
	}
	assert.equal(world.rows("SELECT hash FROM access_tokens UNION SELECT hash FROM refresh_tokens").length, 0);
});

test("a session that is refreshed shows when and from where", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn({ address: "198.51.100.1" });
	world.advance(minute);
	await refreshed(world, first.refreshToken);
	const device = await world.sessions.findDevice(alice, first.deviceId);
	assert.equal(device?.lastUsedAt, world.clock());
	assert.equal(device.lastAddress, "192.0.2.1");
	assert.equal(device.signedInAddress, "198.51.100.1");
});

test("no token is stored in a form that could be presented", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	const next = await refreshed(world, first.refreshToken);
	const stored = JSON.stringify(
		world.rows("SELECT hash FROM access_tokens UNION ALL SELECT hash FROM refresh_tokens"),
	);
	for (const token of [first.accessToken, first.refreshToken, next.accessToken, next.refreshToken]) {
		assert.ok(!stored.includes(token));
	}
});

test("from where an old token came stands in the log where that is known, and nowhere else", async () => {
	await using world = await openSessionWorld();
	const first = await world.signIn();
	const asked = { refreshToken: first.refreshToken, clientId: client };
	const next = await refreshed(world, first.refreshToken);
	await refreshed(world, next.refreshToken);
	world.advance(1);
	for (const kind of ["refresh-token-late", "refresh-token-reused"]) {
		assert.equal((await world.sessions.refresh(asked)).ok, false);
		const [line] = await world.storage.read.events.list(alice, { limit: 1 });
		assert.equal(line?.kind, kind);
		assert.ok(!("address" in line));
		assert.deepEqual(line.actor, { kind: "app", clientId: client });
		world.advance(10_001);
	}
});
