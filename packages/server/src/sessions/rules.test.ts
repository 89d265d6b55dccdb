/** What operators set of how sessions live; without it all is as ever. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { byOperator } from "../../test/support/actors.ts";
import { alice, openSessionWorld, random, type SessionWorld } from "../../test/support/session-world.ts";
import { endsSoon, expectedEnd } from "./ends.ts";
import { createDueEnds, type SessionRules, usualRules } from "./index.ts";

const day = 24 * 3_600_000;
const rules = (more: Partial<SessionRules>) => ({ ...usualRules, ...more });
const event = { acr: "urn:test", at: 1 };

const devicesOf = async (world: SessionWorld, accountId = alice) =>
	(await world.sessions.listOf(accountId)).map(({ deviceId }) => deviceId).sort();
const linesOf = async (world: SessionWorld, kind: string) =>
	(await world.storage.read.events.list(alice, { limit: 50 })).filter((line) => line.kind === kind);
const run = ({ storage, clock }: SessionWorld, set?: SessionRules) =>
	createDueEnds({ storage, clock, random, rules: set })(new AbortController().signal);

describe("an access token", () => {
	test("lasts five minutes, or from one to sixty as it is set, however it came about", async () => {
		for (const [set, seconds] of [
			[undefined, 300],
			[rules({ accessSeconds: 60 }), 60],
			[rules({ accessSeconds: 3600 }), 3600],
		] as const) {
			await using world = await openSessionWorld("embedded", set);
			const opened = await world.signIn();
			const client = { clientId: "client-one" };
			const refreshed = await world.sessions.refresh({ ...client, refreshToken: opened.refreshToken });
			const { deviceId } = opened;
			const elevating = { ...client, accountId: alice, deviceId, event };
			const elevated = await world.sessions.elevate(elevating, async () => true);
			const older = { accountId: alice, deviceId: asDeviceId("OLDERDEVICE"), renews: true };
			const compat = await world.sessions.openCompat(older, async () => true);
			assert.ok(refreshed.ok && elevated.ok && compat.ok);
			for (const { expiresInSeconds, accessToken } of [elevated.tokens, compat.tokens]) {
				assert.equal(expiresInSeconds, seconds);
				const found = await world.sessions.authenticate(accessToken, {});
				assert.ok(found.ok && found.expiresAt === world.clock() + seconds * 1_000);
			}
			assert.deepEqual([opened.expiresInSeconds, refreshed.tokens.expiresInSeconds], [seconds, seconds]);
			world.advance(seconds * 1_000);
			const over = await world.sessions.authenticate(elevated.tokens.accessToken, {});
			assert.deepEqual(over, { ok: false, reason: "expired" });
		}
	});
});

describe("an app that nobody uses", () => {
	const idle = rules({ idleMs: 30 * day });

	test("stays signed in for years, unless told otherwise", async () => {
		await using world = await openSessionWorld();
		await world.signIn();
		world.advance(3_000 * day);
		await run(world);
		assert.deepEqual(await devicesOf(world), ["DEVICEAAAA"]);
		assert.equal((await linesOf(world, "app-idle-soon")).length, 0);
	});

	test("is told of once, a week before, and ends with its device; one that is used goes on", async () => {
		await using world = await openSessionWorld();
		await world.signIn();
		const used = await world.signIn({ deviceId: asDeviceId("DEVICEUSED") });
		const issued = { accountId: alice, name: "Bot", deviceId: asDeviceId("BOTBOTBOT0"), scope: "" };
		assert.ok((await world.lastingTokens.issue(issued, byOperator)).ok);
		const use = async () => {
			await world.sessions.refresh({ clientId: "client-one", refreshToken: used.refreshToken });
		};
		world.advance(23 * day - 1);
		await run(world, idle);
		assert.equal((await linesOf(world, "app-idle-soon")).length, 0);
		world.advance(1);
		await use();
		await Promise.all([run(world, idle), run(world, idle)]);
		const [line, ...more] = await linesOf(world, "app-idle-soon");
		assert.deepEqual([line?.deviceId, more], ["DEVICEAAAA", []]);
		assert.deepEqual(line?.detail, { name: "Example App", ends: String(world.clock() + 7 * day) });
		world.advance(7 * day - 1);
		await run(world, idle);
		assert.equal((await devicesOf(world)).length, 3);
		world.advance(1);
		await run(world, idle);
		assert.deepEqual(await devicesOf(world), ["BOTBOTBOT0", "DEVICEUSED"], "a program ends with its token");
		assert.equal(await world.storage.read.devices.find(alice, asDeviceId("DEVICEAAAA")), undefined);
		const [ended] = await linesOf(world, "device-signed-out");
		assert.deepEqual([ended?.detail.reason, ended?.actor], ["idle", { kind: "server", because: "expiry" }]);
	});

	test("is told of again, where it was used after that and then no more", async () => {
		await using world = await openSessionWorld();
		const { refreshToken } = await world.signIn();
		world.advance(24 * day);
		await run(world, idle);
		await world.sessions.refresh({ clientId: "client-one", refreshToken });
		await run(world, idle);
		world.advance(29 * day);
		await run(world, idle);
		assert.equal((await linesOf(world, "app-idle-soon")).length, 2);
		assert.equal((await devicesOf(world)).length, 1);
	});
});

describe("an end that nobody was told of", () => {
	const idle = rules({ idleMs: 2 * day });

	test("does not come: a server that was down, or has the rule anew, tells first and gives a day", async () => {
		await using world = await openSessionWorld();
		await world.signIn();
		world.advance(300 * day);
		await run(world, idle);
		const [line] = await linesOf(world, "app-idle-soon");
		assert.equal(line?.detail.ends, String(world.clock() + day));
		world.advance(day - 1);
		await run(world, idle);
		assert.equal((await devicesOf(world)).length, 1);
		world.advance(1);
		await run(world, idle);
		assert.equal((await devicesOf(world)).length, 0);
	});

	test("does not come by age, where only idling was told of", async () => {
		await using world = await openSessionWorld();
		await world.signIn();
		world.advance(29 * day);
		await run(world, rules({ idleMs: 30 * day }));
		world.advance(day);
		await run(world, rules({ ageMs: 30 * day }));
		assert.equal((await linesOf(world, "app-ends-soon")).length, 1);
		assert.equal((await devicesOf(world)).length, 1);
		world.advance(day);
		await run(world, rules({ ageMs: 30 * day }));
		assert.equal((await devicesOf(world)).length, 0);
	});

	test("does not come from what was told while the rule was another, and came to nothing", async () => {
		await using world = await openSessionWorld();
		await world.signIn();
		world.advance(day);
		await run(world, idle);
		await run(world);
		world.advance(100 * day);
		await run(world, idle);
		assert.equal((await devicesOf(world)).length, 1);
		assert.equal((await linesOf(world, "app-idle-soon")).length, 2);
	});

	test("does not come while an account is locked, nor when that is over before its person was told again", async () => {
		await using world = await openSessionWorld();
		await world.signIn();
		const token = { accountId: alice, name: "Bot", deviceId: asDeviceId("BOTBOTBOT0"), scope: "" };
		const expiresAt = world.clock() + 7 * day;
		assert.ok((await world.lastingTokens.issue({ ...token, expiresAt }, byOperator)).ok);
		world.advance(day);
		await run(world, idle);
		assert.equal((await linesOf(world, "app-idle-soon")).length, 1);
		await world.storage.write((unit) => unit.accounts.lock(alice, world.clock()));
		world.advance(60 * day);
		await run(world, idle);
		assert.equal((await linesOf(world, "app-idle-soon")).length, 1, "a locked person is told of nothing");
		assert.deepEqual(await devicesOf(world), ["BOTBOTBOT0", "DEVICEAAAA"]);
		await world.storage.write((unit) => unit.accounts.lock(alice, null));
		await run(world, idle);
		assert.deepEqual(await devicesOf(world), ["BOTBOTBOT0", "DEVICEAAAA"]);
		assert.equal((await linesOf(world, "app-idle-soon")).length, 2);
		assert.equal((await linesOf(world, "token-ends-soon")).length, 1);
		world.advance(day);
		await run(world, idle);
		assert.deepEqual(await devicesOf(world), ["BOTBOTBOT0"]);
		world.advance(13 * day - 1);
		await run(world, idle);
		assert.deepEqual(await devicesOf(world), ["BOTBOTBOT0"]);
		world.advance(1);
		await run(world, idle);
		assert.deepEqual(await devicesOf(world), []);
	});
});

describe("an app that signed in long ago", () => {
	const old = rules({ ageMs: 10 * day });

	test("ends however much it is used: its refresh token is worth nothing then", async () => {
		await using world = await openSessionWorld();
		const { refreshToken } = await world.signIn();
		world.advance(9 * day);
		const refreshed = await world.sessions.refresh({ clientId: "client-one", refreshToken });
		assert.ok(refreshed.ok);
		await run(world, old);
		const [line] = await linesOf(world, "app-ends-soon");
		assert.equal(line?.detail.ends, String(world.clock() + day));
		world.advance(day);
		await run(world, old);
		const again = { clientId: "client-one", refreshToken: refreshed.tokens.refreshToken };
		assert.equal((await world.sessions.refresh(again)).ok, false);
		const [ended] = await linesOf(world, "device-signed-out");
		assert.equal(ended?.detail.reason, "too-old");
	});
});

describe("the end that a person is shown", () => {
	const idle = rules({ idleMs: 30 * day });
	const shown = async (world: SessionWorld, set: SessionRules) => {
		const [one] = await world.sessions.listOf(alice);
		return expectedEnd(one ?? assert.fail(), set, world.clock());
	};

	test("is that of which they were told, where the rule is new: none that has come and gone", async () => {
		await using world = await openSessionWorld();
		await world.signIn();
		world.advance(100 * day);
		assert.equal(await shown(world, idle), world.clock() + day, "a day from the telling at the earliest");
		await run(world, idle);
		const told = world.clock() + day;
		const [line] = await linesOf(world, "app-idle-soon");
		assert.equal(line?.detail.ends, String(told));
		world.advance(day - 1);
		assert.equal(await shown(world, idle), told);
		world.advance(8 * day);
		assert.equal(await shown(world, idle), world.clock() + day, "it came to nothing, and is told anew");
	});

	test("is the one that was told where that is the end itself, and not once that is a week ago", async () => {
		await using world = await openSessionWorld();
		await world.signIn();
		const [app = assert.fail()] = await world.sessions.listOf(alice);
		const end = world.clock() + 30 * day;
		const told = { ...app, endTold: { idle: end } };
		assert.equal(expectedEnd(told, idle, end - 1), end);
		assert.equal(expectedEnd(told, idle, end + 7 * day - 1), end);
		assert.equal(expectedEnd(told, idle, end + 7 * day), end + 8 * day);
	});

	test("of a token that is over is that of its device, a fortnight from when they were told", async () => {
		await using world = await openSessionWorld();
		const expiresAt = world.clock() + 7 * day;
		const token = { accountId: alice, name: "Bot", deviceId: asDeviceId("BOTBOTBOT0"), scope: "" };
		assert.ok((await world.lastingTokens.issue({ ...token, expiresAt }, byOperator)).ok);
		assert.equal(await shown(world, idle), expiresAt);
		world.advance(50 * day);
		assert.equal(await shown(world, idle), world.clock() + 14 * day);
		await run(world);
		const until = world.clock() + 14 * day;
		world.advance(13 * day);
		assert.equal(await shown(world, idle), until);
		world.advance(day);
		await run(world);
		assert.deepEqual(await devicesOf(world), []);
	});
});

test("when something ends is the first of what is set, and of a program its token", async () => {
	await using world = await openSessionWorld();
	await world.signIn();
	const [app] = await world.sessions.listOf(alice);
	assert.ok(app);
	const now = world.clock();
	assert.equal(expectedEnd(app, usualRules, now), undefined);
	assert.equal(expectedEnd(app, rules({ idleMs: 3 * day, ageMs: 2 * day }), now), now + 2 * day);
	const bot = { ...app, lasting: true, endsAt: now + 9 * day };
	assert.equal(expectedEnd(bot, rules({ idleMs: day }), now), now + 9 * day);
	assert.deepEqual(
		[now + 8 * day - 1, now + 8 * day, now + 99 * day].map((at) => endsSoon(bot, usualRules, at)),
		[false, true, true],
	);
	const idle = rules({ idleMs: 15 * day });
	assert.deepEqual(
		[now + 8 * day - 1, now + 8 * day].map((at) => endsSoon(app, idle, at)),
		[false, true],
	);
	assert.equal(endsSoon(app, usualRules, now + 9_999 * day), false);
});
