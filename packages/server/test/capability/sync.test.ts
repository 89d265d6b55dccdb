import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { byPerson } from "../support/actors.ts";
import { type App, openHomeserverWorld } from "../support/homeserver-world.ts";

const putData = (app: App, type: string, content: unknown) =>
	app.call("PUT", `user/${app.userId}/account_data/${type}`, content);
const sync = (app: App, query = "", signal?: AbortSignal) =>
	app.call("GET", `sync?${query}`, undefined, signal);
const tokenOf = async (app: App): Promise<string> => (await sync(app)).body.next_batch;

/** A sync never comes to the end of its time: whatever answers it is something that happened. */
function holdTime({ mock }: TestContext): void {
	mock.method(AbortSignal, "timeout", () => new AbortController().signal);
}

describe("a first sync", () => {
	test("answers at once with all account data and no device lists", async (t) => {
		holdTime(t);
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "AAAAAAAAAA");
		await putData(alice, "one", { n: 1 });
		await putData(alice, "two", { n: 2 });
		const result = await sync(alice, "timeout=20000");
		assert.equal(result.status, 200);
		const [rules, ...written] = result.body.account_data.events;
		assert.equal(rules.type, "m.push_rules");
		assert.deepEqual(written, [
			{ type: "one", content: { n: 1 } },
			{ type: "two", content: { n: 2 } },
		]);
		assert.equal("device_lists" in result.body, false);
		assert.deepEqual(result.body.rooms, {});
	});

	test("tells a device without keys that none are left", async () => {
		await using world = await openHomeserverWorld();
		const { body } = await sync(await world.signIn("alice", "AAAAAAAAAA"));
		assert.deepEqual(body.device_one_time_keys_count, { signed_curve25519: 0 });
		assert.deepEqual(body.device_unused_fallback_key_types, []);
		assert.deepEqual(body["org.matrix.msc2732.device_unused_fallback_key_types"], []);
	});

	test("needs a token", async () => {
		await using world = await openHomeserverWorld();
		const answer = await fetch(`${world.base}/_matrix/client/v3/sync`);
		assert.equal(answer.status, 401);
	});
});

describe("a further sync", () => {
	test("brings only what was written since, and nothing twice", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "AAAAAAAAAA");
		await putData(alice, "one", { n: 1 });
		const since = await tokenOf(alice);
		await putData(alice, "two", { n: 2 });
		const { body } = await sync(alice, `since=${since}`);
		assert.deepEqual(body.account_data.events, [{ type: "two", content: { n: 2 } }]);
		const next = await sync(alice, `since=${body.next_batch}`);
		assert.deepEqual(next.body.account_data.events, []);
		assert.deepEqual(next.body.device_lists, { changed: [], left: [] });
	});

	test("survives a restart with its token", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "AAAAAAAAAA");
		const since = await tokenOf(alice);
		await putData(alice, "one", { n: 1 });
		await world.restart();
		const { body } = await sync(alice, `since=${since}`);
		assert.deepEqual(body.account_data.events, [{ type: "one", content: { n: 1 } }]);
	});

	test("names the person when their keys have changed, once", async () => {
		await using world = await openHomeserverWorld();
		const [alice, bob] = [await world.signIn("alice", "AAAAAAAAAA"), await world.signIn("bob", "BBBBBBBBBB")];
		const [aliceSince, bobSince] = [await tokenOf(alice), await tokenOf(bob)];
		await world.storage.write((unit) => unit.keyChanges.record(alice.accountId));
		const { body } = await sync(alice, `since=${aliceSince}`);
		assert.deepEqual(body.device_lists, { changed: [alice.userId], left: [] });
		assert.deepEqual((await sync(alice, `since=${body.next_batch}`)).body.device_lists.changed, []);
		assert.deepEqual((await sync(bob, `since=${bobSince}`)).body.device_lists.changed, []);
	});

	test("lets through only the account data a filter asks for", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "AAAAAAAAAA");
		for (const type of ["m.one", "m.two", "org.three"]) await putData(alice, type, {});
		const filter = { account_data: { types: ["m.*"], not_types: ["m.t*", "m.push*"] } };
		const kept = await alice.call("POST", `user/${alice.userId}/filter`, filter);
		for (const wanted of [kept.body.filter_id, JSON.stringify(filter)]) {
			const { body } = await sync(alice, `filter=${encodeURIComponent(wanted)}`);
			assert.deepEqual(body.account_data.events, [{ type: "m.one", content: {} }]);
		}
	});

	test("with a token from before a backup was put back is told all, at once, and forgets no message", async (t) => {
		holdTime(t);
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "AAAAAAAAAA");
		await putData(alice, "one", { n: 1 });
		const messages = { [alice.userId]: { AAAAAAAAAA: { n: 2 } } };
		assert.equal((await alice.call("PUT", "sendToDevice/m.test/t1", { messages })).status, 200);
		for (const later of ["s999", "s1_999"]) {
			const { status, body } = await sync(alice, `since=${later}&timeout=20000`);
			assert.equal(status, 200);
			assert.deepEqual(body.account_data.events.at(-1), { type: "one", content: { n: 1 } });
			assert.deepEqual(
				body.to_device.events.map(({ content }: { content: object }) => content),
				[{ n: 2 }],
			);
			assert.notEqual(body.next_batch, later);
			assert.equal((await sync(alice, `since=${body.next_batch}`)).body.account_data.events.length, 0);
			if (later === "s999") await alice.call("PUT", "sendToDevice/m.test/t2", { messages });
		}
	});

	for (const query of [
		"since=x",
		"since=s-1",
		"since=s01",
		"timeout=-1",
		"timeout=soon",
		"filter=none",
		"filter=%7B",
	]) {
		test(`is refused with ${query}`, async () => {
			await using world = await openHomeserverWorld();
			const { status, body } = await sync(await world.signIn("alice", "AAAAAAAAAA"), query);
			assert.deepEqual([status, body.errcode], [400, "M_INVALID_PARAM"]);
		});
	}
});

describe("a sync that waits", () => {
	test("wakes for what another device wrote, and not by the clock", async (t) => {
		holdTime(t);
		await using world = await openHomeserverWorld();
		const [phone, laptop] = [
			await world.signIn("alice", "PHONEPHONE"),
			await world.signIn("alice", "LAPTOPLAPT"),
		];
		const waiting = sync(phone, `since=${await tokenOf(phone)}&timeout=20000`);
		await world.waiting(1);
		await putData(laptop, "one", { n: 1 });
		const result = await waiting;
		assert.deepEqual(result.body.account_data.events, [{ type: "one", content: { n: 1 } }]);
	});

	test("does not miss what is written while it begins to wait", async (t) => {
		holdTime(t);
		await using world = await openHomeserverWorld();
		const [phone, laptop] = [
			await world.signIn("alice", "PHONEPHONE"),
			await world.signIn("alice", "LAPTOPLAPT"),
		];
		let since = await tokenOf(phone);
		for (let n = 0; n < 20; n++) {
			const [answer] = await Promise.all([
				sync(phone, `since=${since}&timeout=20000`),
				putData(laptop, "one", { n }),
			]);
			assert.equal(answer.body.account_data.events[0].content.n, n);
			since = answer.body.next_batch;
		}
	});

	test("sleeps through what concerns other people, and ends empty at its time", async (t) => {
		await using world = await openHomeserverWorld();
		const [alice, bob] = [await world.signIn("alice", "AAAAAAAAAA"), await world.signIn("bob", "BBBBBBBBBB")];
		const itsTime = new AbortController();
		const time = t.mock.method(AbortSignal, "timeout", () => itsTime.signal);
		const waiting = sync(alice, `since=${await tokenOf(alice)}&timeout=600`);
		await world.waiting(1);
		await putData(bob, "one", {});
		await sync(bob);
		assert.equal(world.unanswered(), 1, "it sleeps on");
		assert.ok(time.mock.calls.some(({ arguments: [ms] }) => ms === 600));
		itsTime.abort();
		const result = await waiting;
		assert.equal(result.status, 200);
		assert.deepEqual(result.body.account_data.events, []);
	});

	test("tells a device nothing more once its session has ended", async (t) => {
		holdTime(t);
		await using world = await openHomeserverWorld();
		const [thief, alice] = [
			await world.signIn("alice", "THIEFTHIEF"),
			await world.signIn("alice", "AAAAAAAAAA"),
		];
		const waiting = sync(thief, `since=${await tokenOf(thief)}&timeout=20000`);
		await world.waiting(1);
		await world.sessions.end({ ...thief, reason: "signed-out", actor: byPerson });
		await putData(alice, "secret", { n: 1 });
		const { status, body } = await waiting;
		assert.deepEqual([status, body.errcode], [401, "M_UNKNOWN_TOKEN"]);
		assert.doesNotMatch(JSON.stringify(body), /secret/);
	});

	test("ends when the server stops", async (t) => {
		holdTime(t);
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "AAAAAAAAAA");
		const waiting = sync(alice, `since=${await tokenOf(alice)}&timeout=20000`);
		await world.waiting(1);
		// What does not end by itself is cut off in the end, and has no answer.
		await world.stop();
		assert.equal((await waiting).status, 200);
	});

	test("is let go when the app hangs up", async (t) => {
		holdTime(t);
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "AAAAAAAAAA");
		const hangUp = new AbortController();
		const waiting = sync(alice, `since=${await tokenOf(alice)}&timeout=20000`, hangUp.signal);
		await world.waiting(1);
		hangUp.abort();
		await assert.rejects(waiting, { name: "AbortError" });
		await world.waiting(0);
	});
});
