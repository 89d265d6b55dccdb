/** Lookups and notes of uses that come together are one statement. */
import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import { asSessionId } from "@countersign/core";
import { Client } from "pg";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
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
		assert.equal(messages.length, 1);
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

	test("a session that somebody has in hand is passed over, and a token is waited for", async () => {
		await using world = await open();
		await onDatabase(world.url, async (client) => {
			await client.query(`BEGIN; SELECT FROM sessions WHERE id = '${one}' FOR NO KEY UPDATE`);
			await world.useNotes.write({
				tokens: [{ hash: "a1", at: 7 }],
				sessions: [one, two].map((sessionId) => ({ sessionId, at: 8 })),
			});
			await client.query("COMMIT; BEGIN; SELECT FROM access_tokens WHERE hash = 'a2' FOR NO KEY UPDATE");
			const done = world.useNotes.write({
				tokens: [{ hash: "a2", at: 9 }],
				sessions: [{ sessionId: one, at: 9 }],
			});
			const waiting =
				"SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
			while ((await world.rows(waiting)).length === 0) await new Promise(setImmediate);
			// Whoever is waited for is not kept from the session.
			await client.query(`SELECT FROM sessions WHERE id = '${one}' FOR NO KEY UPDATE NOWAIT; COMMIT`);
			await done;
		});
		assert.deepEqual(await world.rows(uses), [
			{ hash: "a1", first_used_at: 7, last_used_at: 9, last_address: null },
			{ hash: "a2", first_used_at: 9, last_used_at: 8, last_address: null },
		]);
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
