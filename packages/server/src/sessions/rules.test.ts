/** What operators set of how sessions live; without it all is as ever. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { byOperator } from "../../test/support/actors.ts";
import { alice, bob, openSessionWorld, random, type SessionWorld } from "../../test/support/session-world.ts";
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

describe("one more device than there may be", () => {
	const signIn = (world: SessionWorld, name: string, accountId = alice) =>
		world.signIn({ deviceId: asDeviceId(name), accountId });

	test("is refused before anything is spent, and nobody else is", async () => {
		await using world = await openSessionWorld("embedded", rules({ devicesAtMost: 2 }));
		await signIn(world, "DEVICE0001");
		await signIn(world, "DEVICE0002");
		const third = {
			accountId: alice,
			clientId: "client-one",
			scope: "s",
			deviceId: asDeviceId("DEVICE0003"),
		};
		let spent = false;
		const refused = await world.sessions.open(third, async () => {
			spent = true;
			return true;
		});
		assert.deepEqual([refused, spent], [{ ok: false, reason: "too-many-devices" }, false]);
		assert.deepEqual(await devicesOf(world), ["DEVICE0001", "DEVICE0002"]);
		assert.equal(await world.storage.read.devices.find(alice, asDeviceId("DEVICE0003")), undefined);
		const older = { accountId: alice, deviceId: asDeviceId("OLDERDEVICE"), renews: true };
		assert.equal((await world.sessions.openCompat(older, async () => true)).ok, false);
		await signIn(world, "DEVICE0002");
		await signIn(world, "DEVICE0001", bob);
		const bot = { accountId: alice, name: "Bot", deviceId: asDeviceId("BOTBOTBOT0"), scope: "" };
		assert.ok((await world.lastingTokens.issue(bot, byOperator)).ok, "programs are not counted");
	});
});

describe("one more device with one app than there may be", () => {
	test("is refused, also by an older app, and another app is not", async () => {
		await using world = await openSessionWorld("embedded", rules({ devicesPerApp: 1, devicesAtMost: 3 }));
		const open = (name: string, clientId = "client-one") =>
			world.sessions.open(
				{ accountId: alice, clientId, scope: "s", deviceId: asDeviceId(name) },
				async () => true,
			);
		const older = (name: string) =>
			world.sessions.openCompat(
				{ accountId: alice, deviceId: asDeviceId(name), renews: true },
				async () => true,
			);
		assert.ok((await open("DEVICE0001")).ok);
		const full = { ok: false, reason: "too-many-devices" };
		assert.deepEqual(await open("DEVICE0002"), full);
		assert.ok((await open("DEVICE0001")).ok, "in the place of what is there");
		assert.ok((await open("DEVICE0002", "client-two")).ok);
		assert.ok((await older("DEVICE0003")).ok);
		assert.equal((await older("DEVICE0004")).ok, false);
		await world.sessions.open(
			{ accountId: bob, clientId: "client-one", scope: "s", deviceId: asDeviceId("DEVICE0001") },
			async () => true,
		);
		await using without = await openSessionWorld("embedded", rules({ devicesPerApp: 2 }));
		for (const [name, isOpened] of [
			["DEVICE0001", true],
			["DEVICE0002", true],
			["DEVICE0003", false],
		] as const) {
			const session = { accountId: alice, clientId: "client-one", scope: "s", deviceId: asDeviceId(name) };
			assert.equal((await without.sessions.open(session, async () => true)).ok, isOpened, name);
		}
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

describe("where the device that was unused for longest gives way", () => {
	const giving = rules({ devicesAtMost: 2, whenFull: "longest-unused" });
	const week = 7 * day;
	const open = (world: SessionWorld, name: string, { clientId = "client-one", mayBegin = true } = {}) =>
		world.sessions.open(
			{ accountId: alice, clientId, scope: "s", deviceId: asDeviceId(name) },
			async () => mayBegin,
		);
	const full = { ok: false, reason: "too-many-devices" };

	test("one goes with its keys after a week and not a moment sooner, and its person is told", async () => {
		await using world = await openSessionWorld("embedded", giving);
		await open(world, "DEVICE0001");
		world.advance(1);
		await open(world, "DEVICE0002");
		world.advance(week - 2);
		assert.deepEqual(await open(world, "DEVICE0003"), full);
		world.advance(1);
		assert.ok((await open(world, "DEVICE0003")).ok);
		assert.deepEqual(await devicesOf(world), ["DEVICE0002", "DEVICE0003"]);
		assert.equal(await world.storage.read.devices.find(alice, asDeviceId("DEVICE0001")), undefined);
		const [line, ...more] = await linesOf(world, "device-gave-way");
		assert.deepEqual([line?.deviceId, line?.detail.reason, more], ["DEVICE0001", "gave-way", []]);
		assert.deepEqual(line?.actor, { kind: "app", clientId: "client-one" });
	});

	test("who knows the password pushes out one that idles, and nothing that was used this week", async () => {
		await using world = await openSessionWorld("embedded", giving);
		await open(world, "IDLING0001");
		const used = await open(world, "INUSE00001");
		assert.ok(used.ok);
		world.advance(week);
		const { refreshToken } = used.tokens;
		assert.ok((await world.sessions.refresh({ clientId: "client-one", refreshToken })).ok);
		const outcomes = [];
		for (const name of ["THIEF00001", "THIEF00002", "THIEF00003"])
			outcomes.push((await open(world, name)).ok);
		assert.deepEqual(outcomes, [true, false, false]);
		assert.deepEqual(await devicesOf(world), ["INUSE00001", "THIEF00001"]);
	});

	test("none goes for a sign-in that does not come about, or one in the place of what is there", async () => {
		await using world = await openSessionWorld("embedded", giving);
		await open(world, "DEVICE0001");
		await open(world, "DEVICE0002");
		world.advance(week);
		assert.equal((await open(world, "DEVICE0003", { mayBegin: false })).ok, false);
		assert.ok((await open(world, "DEVICE0002")).ok);
		assert.deepEqual(await devicesOf(world), ["DEVICE0001", "DEVICE0002"]);
		assert.equal((await linesOf(world, "device-gave-way")).length, 0);
	});

	test("none goes where it would not be enough, programs neither, and it is one of that app where there are too many of it", async () => {
		const perApp = rules({ devicesPerApp: 1, devicesAtMost: 2, whenFull: "longest-unused" });
		await using world = await openSessionWorld("embedded", perApp);
		const bot = { accountId: alice, name: "Bot", deviceId: asDeviceId("BOTBOTBOT0"), scope: "" };
		assert.ok((await world.lastingTokens.issue(bot, byOperator)).ok);
		await open(world, "OTHERAPP01", { clientId: "client-two" });
		world.advance(week);
		await open(world, "DEVICE0001");
		assert.deepEqual(await open(world, "DEVICE0002"), full, "another app's is no room for this one");
		world.advance(week);
		assert.ok((await open(world, "DEVICE0002")).ok);
		assert.deepEqual(await devicesOf(world), ["BOTBOTBOT0", "DEVICE0002", "OTHERAPP01"]);
	});

	test("of two at once no more are signed in than may be", async () => {
		await using world = await openSessionWorld("embedded", giving);
		await open(world, "DEVICE0001");
		await open(world, "DEVICE0002");
		world.advance(week);
		const both = await Promise.all([open(world, "DEVICE0003"), open(world, "DEVICE0004")]);
		assert.deepEqual(
			both.map(({ ok }) => ok),
			[true, true],
		);
		assert.deepEqual(await devicesOf(world), ["DEVICE0003", "DEVICE0004"]);
	});

	test("what would go is told beforehand, as is that there is no room", async () => {
		await using world = await openSessionWorld("embedded", giving);
		const room = async () =>
			(await world.sessions.room({ accountId: alice, clientId: "client-one" }))?.map(
				({ deviceId }) => deviceId,
			);
		assert.deepEqual(await room(), []);
		await open(world, "DEVICE0001");
		world.advance(1);
		await open(world, "DEVICE0002");
		assert.equal(await room(), undefined);
		world.advance(week);
		assert.deepEqual(await room(), ["DEVICE0001"]);
	});

	test("a clock that was set back makes nothing old", async () => {
		await using world = await openSessionWorld("embedded", giving);
		world.advance(52 * week);
		await open(world, "DEVICE0001");
		await open(world, "DEVICE0002");
		world.advance(-50 * week);
		assert.deepEqual(await open(world, "DEVICE0003"), full);
	});
});
