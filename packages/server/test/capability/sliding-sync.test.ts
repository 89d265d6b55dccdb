import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { byPerson } from "../support/actors.ts";
import { type App, type HomeserverWorld, openHomeserverWorld } from "../support/homeserver-world.ts";
import { after, everything, slidingSyncPath, slidingSync as sync } from "../support/sliding-sync.ts";

const putData = (app: App, type: string, content: unknown) =>
	app.call("PUT", `user/${app.userId}/account_data/${type}`, content);
const posOf = async (app: App, body?: unknown): Promise<string> => (await sync(app, "", body)).body.pos;

let sends = 0;
async function send(from: App, to: App, n: number): Promise<void> {
	const messages = { [to.userId]: { [to.deviceId]: { n } } };
	const sent = await from.call("PUT", `sendToDevice/org.example.n/t${sends++}`, { messages });
	assert.equal(sent.status, 200);
}
const numbersIn = ({ body }: { readonly body: Body }) =>
	body.extensions.to_device.events.map(({ content }) => content.n);
interface Body {
	readonly extensions: { readonly to_device: { readonly events: readonly { content: { n: number } }[] } };
}

/** A sync never comes to the end of its time: whatever answers it is something that happened. */
function holdTime({ mock }: TestContext): void {
	mock.method(AbortSignal, "timeout", () => new AbortController().signal);
}

async function aliceAndBob(world: HomeserverWorld) {
	return [await world.signIn("alice", "AAAAAAAAAA"), await world.signIn("bob", "BBBBBBBBBB")] as const;
}

describe("a first sliding sync", () => {
	test("answers at once with all there is, and no rooms", async (t) => {
		holdTime(t);
		await using world = await openHomeserverWorld();
		const [alice, bob] = await aliceAndBob(world);
		await putData(alice, "one", { n: 1 });
		await send(bob, alice, 7);
		const { status, body } = await sync(alice, "?timeout=20000", {
			conn_id: "room-list",
			txn_id: "transaction",
			lists: { all_rooms: { ranges: [[0, 19]], timeline_limit: 1, required_state: [["m.room.name", ""]] } },
			room_subscriptions: { "!room:example.org": { timeline_limit: 1, required_state: [] } },
			extensions: { ...everything, receipts: { enabled: true }, typing: { enabled: true } },
		});
		assert.equal(status, 200);
		const { pos, extensions, ...rest } = body;
		assert.equal(typeof pos, "string");
		assert.deepEqual(rest, { txn_id: "transaction", lists: { all_rooms: { count: 0 } }, rooms: {} });
		assert.deepEqual(Object.keys(extensions).sort(), [
			"account_data",
			"e2ee",
			"receipts",
			"to_device",
			"typing",
		]);
		assert.deepEqual(extensions.account_data.rooms, {});
		const own = extensions.account_data.global.filter(({ type }: { type: string }) => type === "one");
		assert.deepEqual(own, [{ type: "one", content: { n: 1 } }]);
		assert.deepEqual(extensions.to_device.events, [
			{ sender: bob.userId, type: "org.example.n", content: { n: 7 } },
		]);
		assert.deepEqual(extensions.receipts, { rooms: {} });
		assert.deepEqual(extensions.typing, { rooms: {} });
	});

	test("tells a device without keys that none are left, and names nobody whose keys changed", async () => {
		await using world = await openHomeserverWorld();
		const { body } = await sync(await world.signIn("alice", "AAAAAAAAAA"), "");
		assert.deepEqual(body.extensions.e2ee, {
			device_one_time_keys_count: { signed_curve25519: 0 },
			device_unused_fallback_key_types: [],
		});
	});

	for (const [what, body] of [
		["nothing", {}],
		["no more than extensions that are off", { extensions: { e2ee: { enabled: false }, to_device: {} } }],
		["extensions nobody knows", { extensions: { "org.example.x": { enabled: true } } }],
	] as const) {
		test(`that asks for ${what} gets a position and no extensions`, async () => {
			await using world = await openHomeserverWorld();
			const answer = await sync(await world.signIn("alice", "AAAAAAAAAA"), "", body);
			assert.equal(answer.status, 200);
			const { pos, ...rest } = answer.body;
			assert.equal(typeof pos, "string");
			assert.deepEqual(rest, { lists: {}, rooms: {}, extensions: {} });
		});
	}

	test("needs a token", async () => {
		await using world = await openHomeserverWorld();
		const answer = await fetch(`${world.base}${slidingSyncPath}`, { method: "POST", body: "{}" });
		assert.equal(answer.status, 401);
	});
});

describe("a further sliding sync", () => {
	test("brings only what was written since", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "AAAAAAAAAA");
		await putData(alice, "one", { n: 1 });
		const pos = await posOf(alice);
		await putData(alice, "two", { n: 2 });
		const next = await sync(alice, `?pos=${pos}`);
		assert.deepEqual(next.body.extensions.account_data.global, [{ type: "two", content: { n: 2 } }]);
		const last = await sync(alice, `?pos=${next.body.pos}`);
		assert.deepEqual(last.body.extensions.account_data.global, []);
	});

	test("names the person when their keys have changed, once", async () => {
		await using world = await openHomeserverWorld();
		const [alice, bob] = await aliceAndBob(world);
		const [alicePos, bobPos] = [await posOf(alice), await posOf(bob)];
		await world.storage.write((unit) => unit.keyChanges.record(alice.accountId));
		const changedFor = async (app: App, pos: string) => {
			const { body } = await sync(app, `?pos=${pos}`);
			return { lists: body.extensions.e2ee.device_lists, pos: body.pos };
		};
		const first = await changedFor(alice, alicePos);
		assert.deepEqual(first.lists, { changed: [alice.userId], left: [] });
		assert.deepEqual((await changedFor(alice, first.pos)).lists, { changed: [], left: [] });
		assert.deepEqual((await changedFor(bob, bobPos)).lists, { changed: [], left: [] });
	});

	test("tells all there is of an extension that is switched on late, and of no other", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "AAAAAAAAAA");
		await putData(alice, "one", { n: 1 });
		const keysOnly = { extensions: { e2ee: { enabled: true } } };
		const pos = await posOf(alice, keysOnly);
		await world.storage.write((unit) => unit.keyChanges.record(alice.accountId));
		// Off for one sync: what happens meanwhile is told when it is on again.
		const between = await sync(alice, `?pos=${pos}`, { extensions: {} });
		assert.deepEqual(between.body.extensions, {});
		const { body } = await sync(alice, `?pos=${between.body.pos}`, { extensions: everything });
		assert.ok(body.extensions.account_data.global.some(({ type }: { type: string }) => type === "one"));
		assert.deepEqual(body.extensions.e2ee.device_lists, { changed: [alice.userId], left: [] });
	});

	test("survives a restart of the server with its position", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "AAAAAAAAAA");
		const pos = await posOf(alice);
		await putData(alice, "one", { n: 1 });
		await world.restart();
		const { body } = await sync(alice, `?pos=${pos}`);
		assert.deepEqual(body.extensions.account_data.global, [{ type: "one", content: { n: 1 } }]);
	});
});

describe("positions", () => {
	test("of another person, device or connection are unknown, and so is what this server never gave out", async () => {
		await using world = await openHomeserverWorld();
		const [alice, bob] = await aliceAndBob(world);
		const tablet = await world.signIn("alice", "TABLETTABL");
		const namesake = await world.signIn("bob", alice.deviceId);
		const pos = await posOf(alice);
		const ahead = pos.replace(/\.\d+\.\d+$/, ".999.0");
		const aheadToo = pos.replace(/\.\d+\.\d+$/, ".0.999");
		const other = { conn_id: "other", extensions: everything };
		for (const [app, query, body] of [
			[bob, pos],
			[namesake, pos],
			[tablet, pos],
			[alice, pos, other],
			[alice, ahead],
			[alice, aheadToo],
			[alice, "s1"],
			[alice, `${pos}0.0`],
			[alice, pos.replace(/\d+$/, "01")],
		] as const) {
			const answer = await sync(app, `?pos=${query}`, body);
			assert.deepEqual([answer.status, answer.body.errcode], [400, "M_UNKNOWN_POS"], query);
		}
		assert.equal((await sync(alice, `?pos=${pos}`)).status, 200);
	});

	test("begin anew with all account data after one was unknown", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "AAAAAAAAAA");
		await putData(alice, "one", { n: 1 });
		const { body } = await sync(alice, "?pos=");
		assert.ok(body.extensions.account_data.global.some(({ type }: { type: string }) => type === "one"));
	});
});

describe("messages to a device", () => {
	test("come again after a lost answer, and go when the device shows that it has them", async () => {
		await using world = await openHomeserverWorld();
		const [alice, bob] = await aliceAndBob(world);
		await send(bob, alice, 1);
		const first = await sync(alice, "");
		assert.deepEqual(numbersIn(first), [1]);
		const since = first.body.extensions.to_device.next_batch;
		await send(bob, alice, 2);
		// The answer to this is lost, twice.
		for (const _ of "12")
			assert.deepEqual(numbersIn(await sync(alice, `?pos=${first.body.pos}`, after(since))), [2]);
		const second = await sync(alice, `?pos=${first.body.pos}`, after(since));
		assert.deepEqual(numbersIn(second), [2]);
		const last = after(second.body.extensions.to_device.next_batch);
		assert.deepEqual(numbersIn(await sync(alice, `?pos=${second.body.pos}`, last)), []);
		assert.deepEqual(numbersIn(await sync(alice, "")), [], "they are deleted");
	});

	test("are not taken by a connection that does not ask for them, nor by one that shows nothing", async () => {
		await using world = await openHomeserverWorld();
		const [alice, bob] = await aliceAndBob(world);
		const rooms = { conn_id: "rooms", extensions: { account_data: { enabled: true } } };
		const keys = { conn_id: "keys", extensions: { to_device: { enabled: true } } };
		const pos = await posOf(alice, rooms);
		await send(bob, alice, 1);
		const elsewhere = await sync(alice, `?pos=${pos}`, rooms);
		assert.equal("to_device" in elsewhere.body.extensions, false);
		for (const _ of "12") assert.deepEqual(numbersIn(await sync(alice, "", keys)), [1]);
	});

	test("come in the order they were sent, as many as are asked for, a hundred at most", async () => {
		await using world = await openHomeserverWorld();
		const [alice, bob] = await aliceAndBob(world);
		for (let n = 0; n < 103; n++) await send(bob, alice, n);
		const at = (since: string | undefined, limit?: number) =>
			sync(alice, "", { extensions: { to_device: { enabled: true, since, limit } } });
		const two = await at(undefined, 2);
		assert.deepEqual(numbersIn(two), [0, 1]);
		const hundred = await at(two.body.extensions.to_device.next_batch, 1_000_000);
		assert.deepEqual(
			numbersIn(hundred),
			Array.from({ length: 100 }, (_, n) => n + 2),
		);
		assert.deepEqual(numbersIn(await at(hundred.body.extensions.to_device.next_batch)), [102]);
	});

	test("are handed out again where a restored database does not know what the device has", async () => {
		await using world = await openHomeserverWorld();
		const [alice, bob] = await aliceAndBob(world);
		await send(bob, alice, 1);
		const { status, body } = await sync(alice, "", after("s999"));
		assert.equal(status, 200);
		assert.deepEqual(numbersIn({ body }), [1]);
		assert.notEqual(body.extensions.to_device.next_batch, "s999");
		assert.deepEqual(numbersIn(await sync(alice, "")), [1], "and are not deleted");
	});

	test("seen by /sync are gone for sliding sync, and the other way round", async () => {
		await using world = await openHomeserverWorld();
		const [alice, bob] = await aliceAndBob(world);
		await send(bob, alice, 1);
		const first = await sync(alice, "");
		const { body } = await alice.call("GET", `sync?since=${first.body.extensions.to_device.next_batch}`);
		assert.deepEqual(body.to_device.events, []);
		await send(bob, alice, 2);
		const second = await alice.call("GET", `sync?since=${body.next_batch}`);
		assert.deepEqual(numbersIn(await sync(alice, "", after(second.body.next_batch))), []);
	});
});

for (const [what, query, body, errcode] of [
	["a timeout that is none", "?timeout=soon", {}, "M_INVALID_PARAM"],
	["a connection that is no text", "", { conn_id: 1 }, "M_INVALID_PARAM"],
	["a connection with a long name", "", { conn_id: "x".repeat(256) }, "M_INVALID_PARAM"],
	["a transaction that is no text", "", { txn_id: {} }, "M_INVALID_PARAM"],
	["a transaction with a long name", "", { txn_id: "x".repeat(256) }, "M_INVALID_PARAM"],
	["lists that are no object", "", { lists: [] }, "M_BAD_JSON"],
	["101 lists", "", { lists: members(101) }, "M_INVALID_PARAM"],
	["101 rooms", "", { room_subscriptions: members(101) }, "M_INVALID_PARAM"],
	["extensions that are no object", "", { extensions: "all" }, "M_BAD_JSON"],
	["a token that is none", "", after("yesterday"), "M_INVALID_PARAM"],
	["a limit of nothing", "", limited(0), "M_INVALID_PARAM"],
	["a limit that is no number", "", limited("many"), "M_INVALID_PARAM"],
	["a limit with a fraction", "", limited(1.5), "M_INVALID_PARAM"],
] as const) {
	test(`a sliding sync with ${what} is refused`, async () => {
		await using world = await openHomeserverWorld();
		const answer = await sync(await world.signIn("alice", "AAAAAAAAAA"), query, body);
		assert.deepEqual([answer.status, answer.body.errcode], [400, errcode]);
	});
}

test("a sliding sync with 100 lists and 100 rooms is answered", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const { status, body } = await sync(alice, "", { lists: members(100), room_subscriptions: members(100) });
	assert.equal(status, 200);
	assert.equal(Object.keys(body.lists).length, 100);
});

function members(count: number): Readonly<Record<string, unknown>> {
	return Object.fromEntries(Array.from({ length: count }, (_, n) => [`n${n}`, {}]));
}

function limited(limit: unknown) {
	return { extensions: { to_device: { enabled: true, limit } } };
}

describe("a sliding sync that waits", () => {
	for (const [what, happens] of [
		["account data", ({ alice }: Cast) => putData(alice, "one", {})],
		["a message", ({ alice, bob }: Cast) => send(bob, alice, 1)],
		[
			"changed keys",
			({ alice, world }: Cast) => world.storage.write((unit) => unit.keyChanges.record(alice.accountId)),
		],
	] as const) {
		test(`wakes for ${what}, and not by the clock`, async (t) => {
			holdTime(t);
			await using world = await openHomeserverWorld();
			const [alice, bob] = await aliceAndBob(world);
			const waiting = sync(alice, `?pos=${await posOf(alice)}&timeout=20000`);
			await world.waiting(1);
			await happens({ alice, bob, world });
			assert.equal((await waiting).status, 200);
		});
	}

	test("sleeps through what it did not ask for and what concerns others, and ends empty at its time", async (t) => {
		await using world = await openHomeserverWorld();
		const [alice, bob] = await aliceAndBob(world);
		const itsTime = new AbortController();
		const time = t.mock.method(AbortSignal, "timeout", () => itsTime.signal);
		const keysOnly = { extensions: { e2ee: { enabled: true } } };
		const pos = await posOf(alice, keysOnly);
		const waiting = sync(alice, `?pos=${pos}&timeout=600`, keysOnly);
		await world.waiting(1);
		await putData(alice, "one", {});
		await putData(bob, "one", {});
		await sync(bob, "");
		assert.equal(world.unanswered(), 1, "it sleeps on");
		assert.ok(time.mock.calls.some(({ arguments: [ms] }) => ms === 600));
		itsTime.abort();
		const result = await waiting;
		assert.equal(result.status, 200);
		assert.deepEqual(result.body.extensions.e2ee.device_lists, { changed: [], left: [] });
	});

	test("waits for 30 seconds, however long the app would", async (t) => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "AAAAAAAAAA");
		const pos = await posOf(alice);
		const time = t.mock.method(AbortSignal, "timeout", () => AbortSignal.abort());
		await sync(alice, `?pos=${pos}&timeout=3600000`);
		assert.ok(time.mock.calls.some(({ arguments: [ms] }) => ms === 30_000));
		assert.ok(time.mock.calls.every(({ arguments: [ms] }) => ms !== 3_600_000));
	});

	test("tells a device nothing more once its session has ended", async (t) => {
		holdTime(t);
		await using world = await openHomeserverWorld();
		const [thief, alice] = [
			await world.signIn("alice", "THIEFTHIEF"),
			await world.signIn("alice", "AAAAAAAAAA"),
		];
		const waiting = sync(thief, `?pos=${await posOf(thief)}&timeout=20000`);
		await world.waiting(1);
		await world.sessions.end({ ...thief, reason: "signed-out", actor: byPerson });
		await putData(alice, "secret", { n: 1 });
		const { status, body } = await waiting;
		assert.deepEqual([status, body.errcode], [401, "M_UNKNOWN_TOKEN"]);
		assert.doesNotMatch(JSON.stringify(body), /secret/);
	});

	test("is one of the four that a session may hold open, with those of /sync", async (t) => {
		holdTime(t);
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "AAAAAAAAAA");
		const pos = await posOf(alice);
		const since = (await alice.call("GET", "sync")).body.next_batch;
		const oldest = sync(alice, `?pos=${pos}&timeout=20000`);
		await world.waiting(1);
		const others = [];
		for (const n of [2, 3, 4]) {
			others.push(alice.call("GET", `sync?since=${since}&timeout=20000`));
			await world.waiting(n);
		}
		others.push(alice.call("GET", `sync?since=${since}&timeout=20000`));
		assert.equal((await oldest).status, 200);
		await world.waiting(4);
		await putData(alice, "one", {});
		for (const { status } of await Promise.all(others)) assert.equal(status, 200);
	});

	test("is let go when the app hangs up", async (t) => {
		holdTime(t);
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "AAAAAAAAAA");
		const hangUp = new AbortController();
		const waiting = sync(alice, `?pos=${await posOf(alice)}&timeout=20000`, undefined, hangUp.signal);
		await world.waiting(1);
		hangUp.abort();
		await assert.rejects(waiting, { name: "AbortError" });
		await world.waiting(0);
	});
});

interface Cast {
	readonly alice: App;
	readonly bob: App;
	readonly world: HomeserverWorld;
}
