import assert from "node:assert/strict";
import { hash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { asAccountId } from "@countersign/core";
import { Migrator } from "kysely/migration";
import { createStream } from "../embedded/stream.ts";
import { connect, queries } from "../sqlite.ts";
import { toldId } from "../told-ids.ts";
import { migrations } from "./index.ts";
import { migrate, migrateSqlite } from "./run.ts";

/** What each released migration leaves behind: every table and index there is then, and the rows it came with. */
const released: Readonly<Record<string, string>> = {
	"0001-accounts": "4b7694efe5189f74",
	"0002-embedded-keys": "079ca2f40abaaa8c",
	"0003-embedded-client-data": "bea6b7d70762561e",
	"0004-device-authorizations": "cf18972b49b7e598",
	"0005-dehydrated-devices": "33fb96c2c8446fff",
	"0006-clean-up": "6481f713ffcc8f8c",
	"0007-homeserver-tasks": "3c25b55c718616aa",
	"0008-spend-lease": "5d80da1878676a6b",
	"0009-compat": "56501f18a1504265",
	"0010-clean-up-looks": "4728b19784b5ab70",
	"0011-requests-by-state": "929e33943d1d2a19",
	"0012-repeated-removals": "ab8114bbc04021c7",
	"0013-what-is-sent": "0b8a1fae82b5916a",
	"0015-claimed-keys": "2e907973241465e2",
	"0019-answered-sso": "549886dd024397ea",
	"0020-slowed-once": "5137efe78ba3f107",
	"0021-kept-devices": "dedcccdd41de5eca",
	"0025-rendezvous": "4b59bf2d87c72f6b",
	"0028-actors": "8d4effb3bd9bc1cc",
	"0031-holds": "3573faa5154638ba",
	"0040-hints-of-devices": "01bd553e59a7a8c8",
	"0041-holds-beside": "77a0b62f36c2303a",
};

function openEmpty() {
	const connection = connect(":memory:");
	const { db } = queries(connection);
	const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
	return {
		connection,
		db,
		async migrateTo(name: string): Promise<void> {
			const { error } = await migrator.migrateTo(name);
			if (error !== undefined) throw error;
		},
		[Symbol.dispose]: () => connection.close(),
	};
}

function contentsOf(connection: DatabaseSync): string {
	const made = connection
		.prepare("SELECT name, type, sql FROM sqlite_schema WHERE name NOT LIKE 'kysely_%' ORDER BY name")
		.all();
	const rows = made
		.filter(({ type }) => type === "table")
		.flatMap(({ name }) => connection.prepare(`SELECT * FROM "${name}"`).all());
	return JSON.stringify([made, rows]);
}

function appliedTo(connection: DatabaseSync): readonly unknown[] {
	const rows = connection.prepare("SELECT name FROM kysely_migration ORDER BY name").all();
	return rows.map(({ name }) => name);
}

describe("migrations", () => {
	test("that were released leave behind what they always did: none is edited", async () => {
		using made = openEmpty();
		const digests: Record<string, string> = {};
		for (const name of Object.keys(migrations)) {
			await made.migrateTo(name);
			if (Object.hasOwn(released, name))
				digests[name] = hash("sha256", contentsOf(made.connection)).slice(0, 16);
		}
		assert.deepEqual(digests, released);
	});

	test("are in the order of their numbers, each number once", () => {
		const numbers = Object.keys(migrations).map((name) => name.slice(0, 4));
		assert.deepEqual(numbers, [...new Set(numbers)].sort());
	});

	test("write down what requests send that are being spent in that moment, and of no others", async () => {
		using made = openEmpty();
		await made.migrateTo("0012-repeated-removals");
		made.connection.exec("PRAGMA foreign_keys = OFF");
		const columns =
			"reference, uia_session, account_id, session_id, device_id, digest, keys, master_key, state";
		const times = "created_at, last_upload_at, expires_at, failures, denial_told";
		const keys = JSON.stringify({ master_key: {}, self_signing_key: {}, key_of_keys: {} });
		for (const state of ["spending", "spent"])
			made.connection.exec(
				`INSERT INTO reset_requests (${columns}, ${times})
				VALUES ('${state}', '${state}', 'a', '${state}', 'd', 'd', '${keys}', 'm', '${state}', 1, 1, 1, 0, 0)`,
			);
		await made.migrateTo("0013-what-is-sent");
		const sending = made.connection.prepare("SELECT state, sending FROM reset_requests ORDER BY state").all();
		assert.deepEqual(
			sending.map((row) => ({ ...row })),
			[
				{ state: "spending", sending: '["master","self_signing","key_of_keys"]' },
				{ state: "spent", sending: "[]" },
			],
		);
	});

	test("make registration tokens of those that came from MAS, and keep their hashes", async () => {
		using made = openEmpty();
		await made.migrateTo("0047-kept-from-mas");
		const body = {
			token: " come-in",
			usage_limit: 3,
			times_used: 1,
			created_at: 5,
			expires_at: null,
			revoked_at: 7,
		};
		const add = made.connection.prepare("INSERT INTO moved_extras (kind, id, body) VALUES (?, ?, ?)");
		add.run("registration-token", "T1", JSON.stringify(body));
		add.run("upstream-provider", "P1", "{}");
		await made.migrateTo("0072-registration-tokens");
		const rows = made.connection.prepare("SELECT * FROM registration_tokens").all();
		assert.deepEqual(
			rows.map((row) => ({ ...row })),
			[
				{
					...{
						id: "T1",
						token_hash: hash("sha256", "come-in", "base64url"),
						name: "from MAS",
						uses: 3,
						used: 1,
					},
					...{ localpart: null, address: null, address_key: null, made_by: null },
					...{ created_at: 5, expires_at: null, revoked_at: 7 },
				},
			],
		);
		const left = made.connection.prepare("SELECT id FROM moved_extras").all();
		assert.deepEqual(
			left.map(({ id }) => id),
			["P1"],
		);
	});

	test("give every row the id that it is told by since, and registration tokens one for the one they had", async () => {
		using made = openEmpty();
		await made.migrateTo("0105-intent-generations");
		made.connection.exec("PRAGMA foreign_keys = OFF");
		const add = made.connection.prepare(
			"INSERT INTO account_emails (account_id, address, address_key, added_at, verified_at) VALUES (?, ?, ?, 1, ?)",
		);
		for (let at = 0; at < 1001; at += 1)
			add.run("01J0000000E008000000000061", `a${at}@Example.org`, `a${at}@example.org`, 1);
		add.run("01J0000000E008000000000061", "A1@example.org", "a1@example.org", null);
		made.connection.exec(`
			INSERT INTO account_links (provider, subject, account_id) VALUES ('p', 's', 'a');
			INSERT INTO registration_tokens (id, token_hash, name, used, created_at) VALUES
				('fbfbfbfbfbfb', 'h1', 'n', 0, 1), ('01J0000000E008000000000062', 'h2', 'n', 0, 1);`);
		await made.migrateTo("0106-told-ids");
		const ids = (text: string) =>
			made.connection
				.prepare(text)
				.all()
				.map(({ id }) => id);
		const emails = made.connection.prepare("SELECT told_id AS id, address_key FROM account_emails").all();
		assert.equal(emails.length, 1001, "of two spellings the one that is theirs");
		for (const { id, address_key } of emails)
			assert.equal(id, toldId("address", "01J0000000E008000000000061", String(address_key)));
		assert.deepEqual(ids("SELECT told_id AS id FROM account_links"), [toldId("link", "p", "s")]);
		assert.deepEqual(ids("SELECT id FROM registration_tokens ORDER BY token_hash"), [
			toldId("registration-token", "fbfbfbfbfbfb"),
			"01J0000000E008000000000062",
		]);
	});

	test("are looked for with one question where all are there already, and one that is missing is made up for", async () => {
		using empty = openEmpty();
		const asked: string[] = [];
		const db = empty.db.withPlugin({
			transformQuery({ node }) {
				asked.push(node.kind);
				return node;
			},
			transformResult: async ({ result }) => result,
		});
		await migrate(db);
		assert.ok(asked.length > 100);
		asked.length = 0;
		await migrate(db);
		assert.deepEqual(asked, ["RawNode"]);
		const { length } = empty.connection.prepare("SELECT name FROM kysely_migration").all();
		empty.connection.exec("DELETE FROM kysely_migration WHERE name = '0116-replaced-holds'");
		await assert.rejects(migrate(db), /brought up to date/, "what it does was done");
		empty.connection.exec(
			"INSERT INTO kysely_migration VALUES ('0116-replaced-holds', ''), ('9999-newer', '')",
		);
		assert.equal(empty.connection.prepare("SELECT name FROM kysely_migration").all().length, length + 1);
		await assert.rejects(migrate(db), /brought up to date/, "a newer server's");
	});

	test("let each account count its changes on from where all of them came together", async () => {
		using made = openEmpty();
		await made.migrateTo("0112-admin-lists");
		made.connection.exec("UPDATE stream SET position = 41");
		await made.migrateTo("0115-stream-positions");
		const { next, position } = createStream(made.db, () => {});
		const [alice, bob] = [asAccountId("a"), asAccountId("b")];
		assert.equal(await position(alice), 41);
		assert.deepEqual([await next(alice), await next(alice), await next(bob)], [42, 43, 42]);
		assert.deepEqual([await position(alice), await position(bob)], [43, 42]);
		assert.throws(() => made.connection.exec("UPDATE stream SET position = position + 1"), /no such table/);
	});

	test("that cannot be done say why", async () => {
		using made = openEmpty();
		made.connection.exec("CREATE TABLE settings (other TEXT)");
		const failed = (error: unknown) =>
			error instanceof Error && /brought up to date/.test(error.message) && error.cause instanceof Error;
		await assert.rejects(migrate(made.db), failed);
	});

	test("that cannot be done leave an SQLite as it was, so that a later start can go on", async () => {
		using made = openEmpty();
		await made.migrateTo("0112-admin-lists");
		made.connection.exec("INSERT INTO settings VALUES ('kept', 'x')");
		const before = [contentsOf(made.connection), appliedTo(made.connection)];
		const last = Object.keys(migrations).at(-1) ?? "";
		const failing = made.db.withPlugin({
			transformQuery({ node }) {
				if (JSON.stringify(node).includes(`"${last}"`)) throw new Error("the disk is full");
				return node;
			},
			transformResult: async ({ result }) => result,
		});
		await assert.rejects(migrateSqlite(made.connection, failing), /brought up to date/);
		assert.deepEqual([contentsOf(made.connection), appliedTo(made.connection)], before);
		await migrateSqlite(made.connection, made.db);
		assert.deepEqual(appliedTo(made.connection), Object.keys(migrations));
		assert.equal(made.connection.isTransaction, false);
	});
});
