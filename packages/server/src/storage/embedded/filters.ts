import type { Kysely } from "kysely";
import type { Filters } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";
import { objectFrom } from "./json-text.ts";
import type { KeptForAccount } from "./kept-for-owner.ts";

export function createFilters(db: Kysely<Database>): Filters & KeptForAccount {
	return {
		async count(accountId) {
			const row = await db
				.selectFrom("filters")
				.select(({ fn }) => fn.countAll<number>().as("filters"))
				.where("account_id", "=", accountId)
				.executeTakeFirstOrThrow();
			return row.filters;
		},

		async put(accountId, id, content) {
			await db
				.insertInto("filters")
				.values({ account_id: accountId, id, content: JSON.stringify(content) })
				.onConflict((conflict) => conflict.columns(["account_id", "id"]).doNothing())
				.execute();
		},

		async get(accountId, id) {
			const row = await db
				.selectFrom("filters")
				.select("content")
				.where("account_id", "=", accountId)
				.where("id", "=", id)
				.executeTakeFirst();
			return row === undefined ? undefined : objectFrom(row.content);
		},

		async removeAccount(accountId) {
			await db.deleteFrom("filters").where("account_id", "=", accountId).execute();
		},
	};
}
