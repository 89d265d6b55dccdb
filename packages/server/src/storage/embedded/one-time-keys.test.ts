import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import type { Database } from "../database.ts";
import { createOneTimeKeys } from "./one-time-keys.ts";

/** Takes down what it is asked, and has nothing. */
function recorder() {
	const texts = new Set<string>();
	class Recorder extends DummyDriver {
		override async acquireConnection() {
			return {
				async executeQuery({ sql }: { readonly sql: string }) {
					texts.add(sql);
					return { rows: [] };
				},
				streamQuery: () => assert.fail("nothing is streamed"),
			};
		}
	}
	const db = new Kysely<Database>({
		dialect: {
			createAdapter: () => new SqliteAdapter(),
			createDriver: () => new Recorder(),
			createIntrospector: (of) => new SqliteIntrospector(of),
			createQueryCompiler: () => new SqliteQueryCompiler(),
		},
	});
	return { db, texts };
}

test("however many keys an app uploads, the statements are the same: each text is kept ready on every connection", async () => {
	const { db, texts } = recorder();
	const keys = createOneTimeKeys(db, { next: async () => 1, position: async () => 1 });
	for (const count of [1, 2, 50, 99]) {
		const uploaded = Array.from({ length: count }, (_, at) => ({ algorithm: "a", keyId: `${at}`, key: "k" }));
		await keys.add(asAccountId("alice"), asDeviceId("PHONE"), uploaded);
		await keys.find(asAccountId("alice"), asDeviceId("PHONE"));
	}
	assert.equal(texts.size, 4);
});
