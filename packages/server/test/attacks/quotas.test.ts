import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type App, type HomeserverWorld, openHomeserverWorld } from "../support/homeserver-world.ts";
import { until } from "../support/until.ts";

const large = { data: "x".repeat(60_000) };

/** Puts this many messages before the device, without sending them. */
async function fillQueue(
	world: HomeserverWorld,
	to: App,
	waiting: { from: string; count: number; content?: object },
) {
	await world.storage.write(async (unit) => {
		for (let index = 0; index < waiting.count; index++) {
			const message = { to, sender: waiting.from, type: "m.test", content: { ...waiting.content } };
			await unit.toDevice.queue([message], await unit.stream.next(to.accountId));
		}
	});
}

let sends = 0;
const send = (from: App, to: App, content: object) =>
	from.call("PUT", `sendToDevice/m.test/t${sends++}`, { messages: { [to.userId]: { "*": content } } });

/** The senders of all that waits for the device. */
async function senders(world: HomeserverWorld, to: App): Promise<string[]> {
	const all = { after: 0, upTo: Number.MAX_SAFE_INTEGER };
	return (await world.storage.read.toDevice.waiting(to, all, 9_999)).map(({ sender }) => sender);
}

describe("somebody who wants to fill the disk, or the queue of another", () => {
	test("by messages: one sender takes a share of a device's queue, and others still reach it", async () => {
		await using world = await openHomeserverWorld();
		const [mallory, bob] = [
			await world.signIn("mallory", "MALLORYXXX"),
			await world.signIn("bob", "BOBBOBBOBB"),
		];
		const alice = await world.signIn("alice", "ALICEALICE");
		await fillQueue(world, alice, { from: mallory.userId, count: 1_000 });
		const refused = await send(mallory, alice, { n: 1 });
		assert.equal(refused.status, 200, "others named in the same request get theirs");
		const { errcode } = refused.body.failures[alice.userId]["*"];
		assert.equal(errcode, "M_LIMIT_EXCEEDED");
		assert.equal((await send(bob, alice, { n: 2 })).status, 200);
		const waiting = await senders(world, alice);
		assert.equal(waiting.filter((sender) => sender === mallory.userId).length, 1_000);
		assert.equal(waiting.filter((sender) => sender === bob.userId).length, 1);
	});

	test("by large messages: bytes count as well", async () => {
		await using world = await openHomeserverWorld();
		const [mallory, alice] = [
			await world.signIn("mallory", "MALLORYXXX"),
			await world.signIn("alice", "ALICEALICE"),
		];
		await fillQueue(world, alice, { from: mallory.userId, count: 104, content: large });
		await send(mallory, alice, large);
		assert.equal((await senders(world, alice)).length, 104);
		await send(mallory, alice, { small: true });
		assert.equal((await senders(world, alice)).length, 105);
	});

	test("by many accounts: of a queue that is full they give way to a friend, whoever has most first", async () => {
		await using world = await openHomeserverWorld();
		const [bob, alice] = [await world.signIn("bob", "BOBBOBBOBB"), await world.signIn("alice", "ALICEALICE")];
		for (const name of ["a", "b", "c", "d", "e"])
			await fillQueue(world, alice, { from: `@${name}:example.org`, count: name === "c" ? 1_000 : 900 });
		await fillQueue(world, alice, { from: "@f:example.org", count: 400 });
		for (const n of [1, 2]) assert.deepEqual((await send(bob, alice, { n })).body, {});
		const waiting = await senders(world, alice);
		assert.equal(waiting.length, 5_000);
		assert.equal(waiting.filter((sender) => sender === bob.userId).length, 2);
		assert.equal(waiting.filter((sender) => sender === "@c:example.org").length, 998);
	});

	test("by large messages of many accounts: as many of the largest give way as a friend's needs", async () => {
		await using world = await openHomeserverWorld();
		const [bob, alice] = [await world.signIn("bob", "BOBBOBBOBB"), await world.signIn("alice", "ALICEALICE")];
		for (const name of ["a", "b", "c", "d", "e", "f"])
			await fillQueue(world, alice, { from: `@${name}:example.org`, count: 93, content: large });
		await fillQueue(world, alice, {
			from: "@f:example.org",
			count: 1,
			content: { data: "x".repeat(50_000) },
		});
		assert.deepEqual((await send(bob, alice, large)).body, {});
		assert.ok((await senders(world, alice)).includes(bob.userId));
	});

	test("and the other devices of a request get what one that is full does not", async () => {
		await using world = await openHomeserverWorld();
		const [bob, alice] = [await world.signIn("bob", "BOBBOBBOBB"), await world.signIn("alice", "ALICEALICE")];
		const laptop = await world.signIn("alice", "LAPTOPALIC");
		await fillQueue(world, alice, { from: bob.userId, count: 1_000 });
		const messages = { [alice.userId]: { ALICEALICE: { n: 1 }, LAPTOPALIC: { n: 2 } } };
		const { status, body } = await bob.call("PUT", "sendToDevice/m.test/both", { messages });
		assert.equal(status, 200);
		assert.deepEqual(Object.keys(body.failures), [alice.userId]);
		assert.deepEqual(Object.keys(body.failures[alice.userId]), ["ALICEALICE"]);
		assert.equal((await senders(world, laptop)).length, 1);
	});

	test("by ever new sends: a device is told to wait", async () => {
		await using world = await openHomeserverWorld();
		const mallory = await world.signIn("mallory", "MALLORYXXX");
		await world.storage.write(async (unit) => {
			for (let index = 0; index < 20_000; index++)
				await unit.toDevice.claimSend(mallory, { type: "m.test", transactionId: `old${index}` }, world.now());
		});
		const refused = await send(mallory, mallory, {});
		assert.deepEqual([refused.status, refused.body.errcode], [429, "M_LIMIT_EXCEEDED"]);
		assert.equal(refused.headers.get("retry-after"), "600");
		world.advance(24 * 60 * 60_000 + 1);
		// The day is over, and with it the access token; what counts is that the names are forgotten.
		await world.storage.write((unit) => unit.toDevice.forgetSends(mallory, world.now() - 24 * 60 * 60_000));
		assert.equal(await world.storage.read.toDevice.countSends(mallory), 0);
	});

	test("by account data: so many types, so many bytes, and what is there can be replaced", async () => {
		await using world = await openHomeserverWorld();
		const [alice, bob] = [await world.signIn("alice", "ALICEALICE"), await world.signIn("bob", "BOBBOBBOBB")];
		const fill = ({ accountId }: App, count: number, content: object) =>
			world.storage.write(async (unit) => {
				for (let index = 0; index < count; index++)
					await unit.accountData.put({ accountId, type: `t${index}`, content: { ...content } }, index);
			});
		await fill(alice, 1_000, {});
		await fill(bob, 279, large);
		const put = (app: App, type: string, content: object) =>
			app.call("PUT", `user/${app.userId}/account_data/${type}`, content);
		for (const app of [alice, bob]) {
			const refused = await put(app, "another", large);
			assert.deepEqual([refused.status, refused.body.errcode], [413, "M_TOO_LARGE"]);
			assert.equal((await put(app, "t1", large)).status, 200);
		}
	});

	test("by filters: a hundred, and those can be stored again", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "ALICEALICE");
		const put = (limit: number) => alice.call("POST", `user/${alice.userId}/filter`, { room: { limit } });
		for (let limit = 0; limit < 100; limit++) assert.equal((await put(limit)).status, 200);
		const refused = await put(100);
		assert.deepEqual([refused.status, refused.body.errcode], [413, "M_TOO_LARGE"]);
		assert.equal((await put(7)).status, 200);
	});

	test("by key backups: so many versions, keys, and bytes of a key", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "ALICEALICE");
		const { accountId } = alice;
		await world.storage.write(async (unit) => {
			for (let version = 1; version <= 50; version++)
				await unit.backups.create(accountId, { algorithm: "a", authData: {} }, 1);
		});
		world.sql(
			`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 49999)
			INSERT INTO backed_up_keys SELECT ?, 1 + i % 50, '!r', 's' || i, 0, 0, 0, '{}' FROM n`,
			accountId,
		);
		const version = await alice.call("POST", "room_keys/version", { algorithm: "a", auth_data: {} });
		assert.deepEqual([version.status, version.body.errcode], [413, "M_TOO_LARGE"]);
		const put = (sessionId: string, data: string) =>
			alice.call("PUT", `room_keys/keys/!r/${sessionId}?version=50`, {
				...{ first_message_index: 0, forwarded_count: 0, is_verified: false, session_data: { data } },
			});
		assert.equal((await put("too-large", "x".repeat(5_000))).status, 413);
		assert.equal((await put("last", "x".repeat(4_000))).status, 200);
		assert.equal((await put("one-more", "x")).status, 413);
	});

	test("by fallback keys of made-up algorithms: ten, and those can be renewed", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "ALICEALICE");
		const put = (algorithm: string, id: string) =>
			alice.call("POST", "keys/upload", { fallback_keys: { [`${algorithm}:${id}`]: { key: id } } });
		for (let index = 0; index < 10; index++) assert.equal((await put(`made_up_${index}`, "A")).status, 200);
		assert.equal((await put("made_up_10", "A")).body.errcode, "M_TOO_LARGE");
		assert.equal((await put("made_up_3", "B")).status, 200);
	});

	test("by requests to replace keys that are large: they are refused unread", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "ALICEALICE");
		const refused = await alice.call("POST", "keys/device_signing/upload", { more: "x".repeat(66_000) });
		assert.deepEqual([refused.status, refused.body.errcode], [413, "M_TOO_LARGE"]);
	});

	test("by syncs held open: four at a time for a session, and the newest wait", async () => {
		await using world = await openHomeserverWorld();
		const [alice, other] = [
			await world.signIn("alice", "ALICEALICE"),
			await world.signIn("alice", "OTHEROTHER"),
		];
		const since = (await alice.call("GET", "sync")).body.next_batch;
		const answered: string[] = [];
		const hold = (app: App, name: string) =>
			app.call("GET", `sync?since=${since}&timeout=30000`).then(({ status }) => {
				assert.equal(status, 200);
				answered.push(name);
			});
		const kept = hold(other, "other");
		const held = [];
		for (const name of ["1", "2", "3", "4"]) {
			held.push(hold(alice, name));
			await until(() => world.unanswered() === held.length + 1);
		}
		for (const [newer, older] of [
			["5", "1"],
			["6", "2"],
		] as const) {
			held.push(hold(alice, newer));
			await until(() => answered.includes(older));
		}
		assert.deepEqual(answered, ["1", "2"]);
		await alice.call("PUT", `user/${alice.userId}/account_data/wake`, {});
		await Promise.all([...held, kept]);
	});
});
