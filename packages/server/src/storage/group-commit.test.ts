import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { createGroupCommit } from "./group-commit.ts";
import { connect } from "./sqlite.ts";

/** A database with one table, its commits, and a second connection that sees only what is committed. */
function open() {
	const directory = mkdtempSync(join(tmpdir(), "countersign-commit-"));
	const file = join(directory, "test.db");
	const connection = connect(file);
	connection.exec("CREATE TABLE lines (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
	const beside = new DatabaseSync(file, { timeout: 0 });
	const insert = connection.prepare("INSERT INTO lines (text) VALUES (?)");
	return {
		connection,
		beside,
		commits: createGroupCommit(connection),
		add: (text: string) => void insert.run(text),
		stored: () =>
			beside
				.prepare("SELECT substr(text, 1, 10) AS text FROM lines")
				.all()
				.map((row) => row.text),
		/** From now on the file cannot grow by more than a few pages. */
		fill() {
			const { page_count } = connection.prepare("PRAGMA page_count").get() as { page_count: number };
			connection.exec(`PRAGMA max_page_count = ${page_count + 4}`);
		},
		[Symbol.dispose]() {
			beside.close();
			if (connection.isOpen) connection.close();
			rmSync(directory, { recursive: true });
		},
	};
}

const large = "x".repeat(1_000_000);

describe("units that share a commit", () => {
	test("one that throws takes back its own writes and no other's", async () => {
		using db = open();
		const outcomes = await Promise.allSettled([
			db.commits.write(async () => db.add("first")),
			db.commits.write(async () => {
				db.add("second");
				throw new Error("changed its mind");
			}),
			db.commits.write(async () => db.add("third")),
		]);
		assert.deepEqual(
			outcomes.map(({ status }) => status),
			["fulfilled", "rejected", "fulfilled"],
		);
		assert.deepEqual(db.stored(), ["first", "third"]);
	});

	test("what is told as stored is stored, and nothing else, when the disk is full", async () => {
		using db = open();
		db.fill();
		const texts = ["before", large, "after"];
		const outcomes = await Promise.allSettled(
			texts.map((text) => db.commits.write(async () => db.add(text))),
		);
		const told = texts.filter((_, index) => outcomes[index]?.status === "fulfilled");
		assert.deepEqual(db.stored(), told);
		assert.ok(outcomes[1]?.status === "rejected");
		assert.equal(outcomes[1].reason.name, "StorageUnavailable");
		await db.commits.write(async () => db.add("later"));
		assert.deepEqual(db.stored(), [...told, "later"]);
	});

	test("all of them fail, also those that were done, when SQLite takes back the whole transaction", async () => {
		using db = open();
		const outcomes = await Promise.allSettled([
			db.commits.write(async () => db.add("before")),
			db.commits.write(async () => {
				db.add("the one");
				// What a full disk can do in the middle of a statement.
				db.connection.exec("ROLLBACK");
				throw new Error("database or disk is full");
			}),
			db.commits.write(async () => db.add("after")),
		]);
		assert.deepEqual(
			outcomes.map(({ status }) => status),
			["rejected", "rejected", "rejected"],
		);
		assert.deepEqual(db.stored(), []);
		await db.commits.write(async () => db.add("later"));
		assert.deepEqual(db.stored(), ["later"]);
	});

	test("one that hides such a failure is not told as stored either", async () => {
		using db = open();
		const hidden = db.commits.write(async () => {
			db.add("lost");
			db.connection.exec("ROLLBACK");
		});
		await assert.rejects(hidden, /did not take the write/);
		assert.deepEqual(db.stored(), []);
	});

	test("a commit that fails fails every unit, and leaves nothing open for the next", async () => {
		using db = open();
		db.connection.exec(
			"CREATE TABLE children (parent INTEGER REFERENCES lines (id) DEFERRABLE INITIALLY DEFERRED)",
		);
		const outcomes = await Promise.allSettled([
			db.commits.write(async () => db.add("done")),
			db.commits.write(async () => db.connection.exec("INSERT INTO children VALUES (42)")),
		]);
		assert.deepEqual(
			outcomes.map(({ status }) => status),
			["rejected", "rejected"],
		);
		await db.commits.write(async () => db.add("later"));
		assert.deepEqual(db.stored(), ["later"]);
	});

	test("fail while another process holds the database, and not for longer", async () => {
		using db = open();
		db.connection.exec("PRAGMA busy_timeout = 0");
		db.beside.exec("BEGIN IMMEDIATE");
		await assert.rejects(
			db.commits.write(async () => db.add("early")),
			{ name: "StorageUnavailable", message: /did not take the write/ },
		);
		db.beside.exec("COMMIT");
		await db.commits.write(async () => db.add("later"));
		assert.deepEqual(db.stored(), ["later"]);
	});

	test("written after the end are refused, one after another, and take nobody down", async () => {
		using db = open();
		db.connection.close();
		for (const text of ["one", "two"]) {
			await assert.rejects(
				db.commits.write(async () => db.add(text)),
				/did not take the write/,
			);
		}
		await db.commits.settled();
	});
});
