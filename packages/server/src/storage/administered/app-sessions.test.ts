import assert from "node:assert/strict";
import { test } from "node:test";
import { Migrator } from "kysely/migration";
import { migrations } from "../migrations/index.ts";
import { connect, queries } from "../sqlite.ts";
import { createAppSessionList } from "./app-sessions.ts";

test("a list of one person's sessions, and their number, look at no others", async (t) => {
	const connection = connect(":memory:");
	t.after(() => connection.close());
	const { db } = queries(connection);
	await new Migrator({ db, provider: { getMigrations: async () => migrations } }).migrateToLatest();
	const asked: string[] = [];
	const { prepare } = connection;
	connection.prepare = (text: string) => {
		asked.push(text);
		return prepare.call(connection, text);
	};
	const { list, count } = createAppSessionList(db);
	await list(
		{ kind: "oauth", accountId: "a" },
		{ after: ["x"], before: undefined, take: 5, isFromEnd: false },
	);
	await count({ kind: "oauth", accountId: "a" });
	assert.equal(asked.length, 2);
	for (const text of asked) {
		const plan = prepare.call(connection, `EXPLAIN QUERY PLAN ${text}`).all();
		const read = plan.map(({ detail }) => String(detail)).filter((detail) => / sessions /.test(`${detail} `));
		assert.ok(read.length > 0 && read.every((detail) => detail.includes("sessions_of_account")), read.join());
	}
});
