import type { Migration } from "kysely/migration";

/** What apps take away on the way to a reset, until it is known whether that happens; and what is kept of it after. */
export const holds: Migration = {
	async up(db) {
		await db.schema
			.createTable("holds")
			.addColumn("reference", "text", (c) => c.primaryKey())
			.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
			.addColumn("state", "text", (c) => c.notNull())
			.addColumn("floor", "integer", (c) => c.notNull())
			.addColumn("devices", "text", (c) => c.notNull())
			.addColumn("dehydrated_device", "text")
			.addColumn("opened_at", "bigint", (c) => c.notNull())
			.addColumn("last_at", "bigint", (c) => c.notNull())
			.addColumn("kept_until", "bigint")
			.addColumn("ended_at", "bigint")
			.execute();
		await db.schema
			.createIndex("holds_open")
			.on("holds")
			.column("account_id")
			.unique()
			.where("state" as never, "in", ["held", "asked"])
			.execute();
		await db.schema.createIndex("holds_of_account").on("holds").columns(["account_id", "state"]).execute();
		await db.schema.createIndex("holds_by_state").on("holds").columns(["state", "kept_until"]).execute();
		await db.schema
			.createTable("held_account_data")
			.addColumn("reference", "text", (c) => c.notNull().references("holds.reference").onDelete("cascade"))
			.addColumn("type", "text", (c) => c.notNull())
			.addColumn("before", "text")
			.addColumn("written", "text", (c) => c.notNull())
			.addPrimaryKeyConstraint("held_account_data_pk", ["reference", "type"])
			.execute();
		await db.schema.alterTable("key_backups").addColumn("kept_until", "bigint").execute();
	},
};
