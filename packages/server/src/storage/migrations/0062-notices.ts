import type { Migration } from "kysely/migration";

/** Lines of security logs that people are told of, until they say that it was not them. */
export const notices: Migration = {
	async up(db) {
		await db.schema
			.createTable("notices")
			.addColumn("event_id", "text", (c) => c.primaryKey())
			.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
			.addColumn("at", "bigint", (c) => c.notNull())
			.addColumn("objected_at", "bigint")
			.execute();
		await db.schema.createIndex("notices_by_at").on("notices").column("at").execute();
		await db.schema.createIndex("notices_of_account").on("notices").columns(["account_id", "at"]).execute();
	},
};
