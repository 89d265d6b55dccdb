/** Lookups and notes of uses that come together are one statement. */
import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { asSessionId } from "@countersign/core";
import { Client } from "pg";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { createSignInAttempts } from "../../src/limits/index.ts";
import type { QuickRotation } from "../../src/sessions/ports.ts";
import { openPostgres } from "../../src/storage/index.ts";
import { createDatabase, onDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import { seedAccount } from "../support/storage.ts";

const [one, two] = [asSessionId("alice/ONE"), asSessionId("alice/TWO")];

describe("statements that are shared", { skip: skipWithoutPostgres }, () => {
	let cluster: PostgresCluster;
	before(async () => {
		cluster = await startCluster();
	});
	after(() => cluster.stop());

	/** A storage with two sessions of alice's, and an access token in each. */
	async function open() {
		const { url } = await createDatabase(cluster.url("postgres"));
		const storage = await openPostgres(url, (error) => assert.fail(String(error)));
		await seedAccount(storage, { localpart: "alice", deviceIds: ["ONE", "TWO"], at: 5 });
		await storage.write(async ({ tokens }) => {
			await tokens.addAccess({ hash: "a1", sessionId: one, createdAt: 5 });
			await tokens.addAccess({ hash: "a2", sessionId: two, createdAt: 5 });
		});
		const { useNotes } = storage;
		assert.ok(useNotes);
		return {
			...{ url, storage, useNotes },
			rows: (sql: string) => onDatabase(url, async (client) => (await client.query(sql)).rows),
			async [Symbol.asyncDispose]() {
				await storage.close();
			},
		};
	}

	/** What the database is asked from now on. */
	function messagesOf(t: TestContext): readonly string[] {
		const messages: string[] = [];
		const { query } = Client.prototype;
		t.mock.method(Client.prototype, "query", function (this: Client, ...words: [{ text: string } | string]) {
			messages.push(typeof words[0] === "string" ? words[0] : words[0].text);
			return Reflect.apply(query, this, words);
		});
		return messages;
	}

	/** And not how a connection begins. */
	const isLookup = (text: string) => text.includes("unnest");

	test("who asks in the same turn shares a lookup, and each gets their own answer", async (t) => {
		await using world = await open();
		const { tokens } = world.storage.read;
		await tokens.findAccess("a1");
		const messages = messagesOf(t);
		const hashes = ["a2", "unknown", "a1", "a2", "with\0zero"];
		const found = await Promise.all(hashes.map((hash) => tokens.findAccess(hash)));
		assert.deepEqual(
			found.map((token) => token?.sessionId),
			[two, undefined, one, two, undefined],
		);
		assert.equal(messages.filter(isLookup).length, 2, "the first left at once, and the others together");
	});

	test("a row that cannot be read fails who asked for it, and nobody who shares the statement", async (t) => {
		await using world = await open();
		await world.rows(
			"INSERT INTO clients (id, metadata, created_at, last_used_at) VALUES ('bad', 'no JSON', 1, 1)",
		);
		const { clients } = world.storage.read;
		await clients.find("client-1");
		const messages = messagesOf(t);
		const [none, good, bad] = await Promise.allSettled(
			["none", "client-1", "bad"].map((id) => clients.find(id)),
		);
		assert.equal(good?.status === "fulfilled" && good.value?.id, "client-1");
		assert.equal(bad?.status, "rejected");
		assert.deepEqual(none, { status: "fulfilled", value: undefined });
		assert.equal(messages.filter(isLookup).length, 2, "the first left at once, and the others together");
	});

	test("a lookup sees whatever was committed before it was asked", async () => {
		await using world = await open();
		const { read, write } = world.storage;
		const others = Array.from({ length: 50 }, () => read.tokens.findAccess("a2"));
		await write((unit) => unit.sessions.end({ sessionId: one }, "revoked", 9));
		assert.equal((await read.tokens.findAccess("a1"))?.ended, true);
		await Promise.all(others);
	});

	test("nobody who asks about a token waits for units of work", async () => {
		await using world = await open();
		const held = Promise.withResolvers<void>();
		const units = Array.from({ length: 40 }, () => world.storage.write(() => held.promise));
		assert.equal((await world.storage.read.tokens.findAccess("a1"))?.sessionId, one);
		held.resolve();
		await Promise.all(units);
	});

	const uses =
		"SELECT hash, first_used_at::int, last_used_at::int, last_address FROM access_tokens JOIN sessions ON id = session_id ORDER BY hash";
	const untouched = { first_used_at: null, last_used_at: 5, last_address: null };

	test("notes of uses are one statement, and what was noted before stays", async (t) => {
		await using world = await open();
		const messages = messagesOf(t);
		await world.useNotes.write({
			tokens: [
				{ hash: "a1", at: 7 },
				{ hash: "gone", at: 7 },
			],
			sessions: [{ sessionId: one, at: 8, address: "192.0.2.1\0" }],
		});
		assert.equal(messages.filter((text) => !text.includes("SET ") || text.includes("UPDATE")).length, 1);
		const noted = { hash: "a1", first_used_at: 7, last_used_at: 8, last_address: "192.0.2.1\ufffd" };
		assert.deepEqual(await world.rows(uses), [noted, { hash: "a2", ...untouched }]);
		await world.useNotes.write({
			tokens: [
				{ hash: "a1", at: 9 },
				{ hash: "a2", at: 9 },
			],
			sessions: [
				{ sessionId: one, at: 6, address: "192.0.2.6" },
				{ sessionId: two, at: 6 },
			],
		});
		assert.deepEqual(await world.rows(uses), [
			noted,
			{ hash: "a2", first_used_at: 9, last_used_at: 6, last_address: null },
		]);
		await world.useNotes.write({ tokens: [], sessions: [{ sessionId: one, at: 10 }] });
		assert.deepEqual((await world.rows(uses))[0], { ...noted, last_used_at: 10 });
	});

	test("a session that somebody has in hand is passed over, and so is a token, which is told of", async () => {
		await using world = await open();
		await onDatabase(world.url, async (client) => {
			await client.query(`BEGIN; SELECT FROM sessions WHERE id = '${one}' FOR NO KEY UPDATE`);
			const passedOver = await world.useNotes.write({
				tokens: [{ hash: "a1", at: 7 }],
				sessions: [one, two].map((sessionId) => ({ sessionId, at: 8 })),
			});
			assert.deepEqual(passedOver, []);
			await client.query("COMMIT; BEGIN; SELECT FROM access_tokens FOR NO KEY UPDATE");
			const held = await world.useNotes.write({
				// One that is noted, one that is not, one that is not there.
				tokens: ["a1", "a2", "gone"].map((hash) => ({ hash, at: 9 })),
				sessions: [{ sessionId: one, at: 9 }],
			});
			assert.deepEqual(held, ["a2"]);
			await client.query("COMMIT");
		});
		assert.deepEqual(await world.rows(uses), [
			{ hash: "a1", first_used_at: 7, last_used_at: 9, last_address: null },
			{ hash: "a2", ...untouched, last_used_at: 8 },
		]);
	});

	test("notes wait for a unit of work that runs alone", async () => {
		await using world = await open();
		await onDatabase(world.url, async (client) => {
			await client.query("BEGIN; LOCK TABLE write_turns IN EXCLUSIVE MODE");
			let isDone = false;
			const done = world.useNotes.write({ tokens: [{ hash: "a1", at: 7 }], sessions: [] }).then(() => {
				isDone = true;
			});
			const waiting = "SELECT FROM pg_locks WHERE relation = 'write_turns'::regclass AND NOT granted";
			while ((await world.rows(waiting)).length === 0) assert.equal(isDone, false);
			await client.query("COMMIT");
			await done;
		});
		assert.equal((await world.rows(uses))[0]?.first_used_at, 7);
	});

	test("a unit of work gets done, whatever is noted each time while it runs", async () => {
		await using world = await open();
		await world.storage.write(async ({ tokens }) => {
			for (let at = 0; at < 9; at++) await tokens.addAccess({ hash: `b${at}`, sessionId: one, createdAt: 5 });
		});
		const notes: Promise<unknown>[] = [];
		await world.storage.write(async ({ tokens }) => {
			await tokens.findAccess("a1");
			const noted = world.useNotes.write({ tokens: [{ hash: `b${notes.length}`, at: 7 }], sessions: [] });
			notes.push(noted);
			await Promise.race([noted, pause(200)]);
			await tokens.deleteAccessOf(one);
		});
		await Promise.all(notes);
		assert.ok(notes.length > 1, "it lost at first");
		assert.deepEqual(
			(await world.rows(uses)).map(({ hash }) => hash),
			["a2"],
		);
	});

	const rotation: QuickRotation = {
		...{
			hash: "first",
			clientId: "client-1",
			successor: "second",
			access: "bought",
			clock: () => 7,
			address: undefined,
		},
		...{ accessSeconds: 300, keepAccess: 16, keys: { setting: "successor-keys", value: undefined } },
	} as const;

	test("a refresh waits for no row that a note names", async () => {
		await using world = await open();
		await world.storage.write((unit) =>
			unit.tokens.addRefresh({ hash: "first", sessionId: two, createdAt: 5 }),
		);
		await onDatabase(world.url, async (client) => {
			await client.query("BEGIN; SELECT FROM access_tokens WHERE hash = 'a1' FOR UPDATE");
			const notes = Array.from({ length: 4 }, () =>
				world.useNotes.write({ tokens: [{ hash: "a1", at: 7 }], sessions: [] }),
			);
			assert.ok(await Promise.race([world.storage.rotations?.rotate(rotation), pause(1_000)]));
			await client.query("COMMIT");
			await Promise.all(notes);
		});
	});

	const begun = (idHash: string) => ({
		...{ kind: "Interaction", idHash, payload: '{"a":"\\u0000"}', expiresAt: 9_000_000_000_000 },
	});

	test("requests that apps begin in the same turn are one statement", async (t) => {
		await using world = await open();
		const { begunRequests } = world.storage;
		assert.ok(begunRequests);
		const messages = messagesOf(t);
		await Promise.all(["i1", "i2", "i3"].map((idHash) => begunRequests.add(begun(idHash))));
		assert.equal(messages.filter((text) => text.includes("INSERT")).length, 1);
		assert.deepEqual(
			await world.rows(
				"SELECT kind, id_hash, payload, expires_at::text FROM engine_records ORDER BY id_hash",
			),
			["i1", "i2", "i3"].map((id) => {
				const { kind, idHash: id_hash, payload, expiresAt } = begun(id);
				return { kind, id_hash, payload, expires_at: `${expiresAt}` };
			}),
		);
	});

	test("however many requests apps begin, a refresh does not wait for them", async () => {
		await using world = await open();
		const { begunRequests, rotations } = world.storage;
		assert.ok(begunRequests);
		await world.storage.write((unit) =>
			unit.tokens.addRefresh({ hash: "first", sessionId: two, createdAt: 5 }),
		);
		await onDatabase(world.url, async (client) => {
			await client.query("BEGIN; LOCK TABLE engine_records IN EXCLUSIVE MODE");
			const added: Promise<void>[] = [];
			for (let at = 0; at < 4; at++) {
				added.push(begunRequests.add(begun(`i${at}`)));
				await pause(5);
			}
			assert.ok(await Promise.race([rotations?.rotate(rotation), pause(1_000)]));
			await client.query("COMMIT");
			await Promise.all(added);
		});
		assert.equal((await world.rows("SELECT FROM engine_records")).length, 4);
	});

	test("an attempt is counted, also where its statement and a deletion of old ones met crosswise", async () => {
		await using world = await open();
		// Who counts gives way, and soon.
		const name = new URL(world.url).pathname.slice(1);
		await world.rows(`ALTER DATABASE "${name}" SET deadlock_timeout = '300ms'`);
		const limiter = world.storage.newRateLimiter({ keyPrefix: "x", points: 9, duration: 60 });
		const count = () => Promise.all(["a", "b"].map((key) => limiter.consume(key)));
		await count();
		await onDatabase(world.url, async (client) => {
			await client.query("SET deadlock_timeout = '20s'; BEGIN");
			const hold = (key: string) => client.query("SELECT FROM attempts WHERE key = $1 FOR UPDATE", [key]);
			await hold("x:b");
			const counted = count();
			const waiting = "SELECT FROM pg_locks WHERE NOT granted";
			while ((await client.query(waiting)).rowCount === 0);
			await hold("x:a");
			await client.query("COMMIT");
			assert.deepEqual(
				(await counted).map(({ consumedPoints }) => consumedPoints),
				[2, 2],
			);
		});
	});

	for (const setting of [
		"default_transaction_isolation = serializable",
		"default_transaction_isolation = 'repeatable read'",
		"default_transaction_read_only = on",
	])
		test(`a database with ${setting} changes nothing for lookups, notes, refreshes and attempts`, async (t) => {
			await using world = await open();
			await world.storage.write((unit) =>
				unit.tokens.addRefresh({ hash: "first", sessionId: two, createdAt: 5 }),
			);
			await world.rows(`ALTER DATABASE "${new URL(world.url).pathname.slice(1)}" SET ${setting}`);
			const used = new Set<Client>();
			const { query } = Client.prototype;
			const { mock } = t.mock.method(
				Client.prototype,
				"query",
				function (this: Client, ...words: readonly (object | string)[]) {
					if (typeof words[0] === "object" && "name" in words[0]) used.add(this);
					return Reflect.apply(query, this, words);
				},
			);
			assert.equal((await world.storage.read.tokens.findAccess("a1"))?.sessionId, one);
			await world.storage.read.settings.get("successor-keys");
			await world.useNotes.write({ tokens: [{ hash: "a1", at: 7 }], sessions: [] });
			assert.ok(await world.storage.rotations?.rotate(rotation));
			mock.restore();
			const levels = await Promise.all(
				[...used].map(async (client) => (await client.query("SHOW transaction_isolation")).rows),
			);
			assert.ok(levels.length > 1);
			for (const client of used)
				assert.deepEqual((await client.query("SHOW jit")).rows, [{ jit: "off" }], "nothing is compiled");
			const attempts = createSignInAttempts(world.storage.newRateLimiter);
			const attempt = () => attempts.take({ localpart: "alice", address: "192.0.2.1" });
			await Promise.all(Array.from({ length: 20 }, attempt));
			const another = await openPostgres(world.url, (error) => assert.fail(String(error)));
			await another.close();
			for (const level of levels) assert.deepEqual(level, [{ transaction_isolation: "read committed" }]);
			assert.equal((await world.rows(uses))[0]?.first_used_at, 7);
		});

	test("a note that cannot be written is reported once, until one is", async () => {
		const { url } = await createDatabase(cluster.url("postgres"));
		const failures: unknown[] = [];
		const storage = await openPostgres(url, (error) => failures.push(error));
		const { useNotes } = storage;
		assert.ok(useNotes);
		const rename = (from: string, to: string) =>
			onDatabase(url, (client) => client.query(`ALTER TABLE access_tokens RENAME ${from} TO ${to}`));
		const write = () => useNotes.write({ tokens: [{ hash: "a", at: 7 }], sessions: [] });
		for (const count of [1, 2]) {
			await rename("first_used_at", "other");
			await assert.rejects(write());
			await assert.rejects(write());
			assert.equal(failures.length, count);
			await rename("other", "first_used_at");
			await write();
		}
		await storage.close();
	});

	test("servers that note the same uses at the same moment do not stop each other", async () => {
		await using world = await open();
		const sessions = [one, two].map((sessionId, at) => ({ sessionId, at: 100 + at }));
		const tokens = ["a1", "a2"].map((hash) => ({ hash, at: 100 }));
		await Promise.all(
			Array.from({ length: 60 }, (_, at) =>
				world.useNotes.write(
					at % 2 ? { tokens, sessions } : { tokens: tokens.toReversed(), sessions: sessions.toReversed() },
				),
			),
		);
		assert.deepEqual(
			(await world.rows(uses)).map(({ first_used_at }) => first_used_at),
			[100, 100],
		);
	});
});
