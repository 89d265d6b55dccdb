import { type Kysely, sql } from "kysely";
import type { AccountData } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";
import { objectFrom } from "./json-text.ts";
import type { KeptForAccount } from "./kept-for-owner.ts";

export function createAccountData(db: Kysely<Database>): AccountData & KeptForAccount {
	return {
		async put({ accountId, type, content }, position) {
			const text = JSON.stringify(content);
			await db
				.insertInto("account_data")
				.values({ account_id: accountId, type, content: text, position })
				.onConflict((conflict) =>
					conflict.columns(["account_id", "type"]).doUpdateSet({ content: text, position }),
				)
				.execute();
		},

		async get(accountId, type) {
			const row = await db
				.selectFrom("account_data")
				.select("content")
				.where("account_id", "=", accountId)
				.where("type", "=", type)
				.executeTakeFirst();
			return row === undefined ? undefined : objectFrom(row.content);
		},

		async kept(accountId, { type }) {
			const row = await db
				.selectFrom("account_data")
				.select(({ fn }) => [
					fn.countAll<number>().as("types"),
					fn.sum<number | null>(sql`octet_length(content)`).as("bytes"),
				])
				.where("account_id", "=", accountId)
				.where("type", "!=", type)
				.executeTakeFirstOrThrow();
			return { types: row.types, bytes: row.bytes ?? 0 };
		},

		async between(accountId, { after, upTo }) {
			const rows = await db
				.selectFrom("account_data")
				.select(["type", "content"])
				.where("account_id", "=", accountId)
				.where("position", ">", after)
				.where("position", "<=", upTo)
				.orderBy("position")
				.execute();
			return rows.map(({ type, content }) => ({ accountId, type, content: objectFrom(content) }));
		},

		async removeAccount(accountId) {
			await db.deleteFrom("account_data").where("account_id", "=", accountId).execute();
		},
	};
}
