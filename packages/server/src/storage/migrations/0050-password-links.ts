import type { Migration } from "kysely/migration";

/** Links with which people set a password: one for each account at most. */
export const passwordLinks: Migration = {
	async up(db) {
		await db.schema
			.createTable("password_links")
			.addColumn("account_id", "text", (c) => c.primaryKey().references("accounts.id"))
			.addColumn("secret_hash", "text", (c) => c.notNull().unique())
			.addColumn("kind", "text", (c) => c.notNull())
			.addColumn("generation", "integer", (c) => c.notNull())
			.addColumn("created_at", "bigint", (c) => c.notNull())
			.addColumn("expires_at", "bigint", (c) => c.notNull())
			.addColumn("used_at", "bigint")
			.addColumn("used_by", "text")
			.execute();
		await db.schema
			.createIndex("password_links_by_expires_at")
			.on("password_links")
			.column("expires_at")
			.execute();
	},
};
