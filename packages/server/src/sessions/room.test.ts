/** On how many devices somebody may be, and which gives way. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { byOperator } from "../../test/support/actors.ts";
import { alice, bob, openSessionWorld, type SessionWorld } from "../../test/support/session-world.ts";
import { type SessionRules, usualRules } from "./index.ts";

const day = 24 * 3_600_000;
const rules = (more: Partial<SessionRules>) => ({ ...usualRules, ...more });

const devicesOf = async (world: SessionWorld) =>
	(await world.sessions.listOf(alice)).map(({ deviceId }) => deviceId).sort();
const linesOf = async (world: SessionWorld, kind: string) =>
	(await world.storage.read.events.list(alice, { limit: 50 })).filter((line) => line.kind === kind);

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
