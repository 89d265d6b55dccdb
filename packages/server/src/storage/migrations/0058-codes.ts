import type { Migration } from "kysely/migration";

/** Secrets of apps that show one-time codes, and recovery codes, of which hashes are kept. */
export const codes: Migration = {
	async up(db) {
		await db.schema
			.createTable("one_time_codes")
			.addColumn("account_id", "text", (c) => c.primaryKey().references("accounts.id"))
			.addColumn("secret", "text", (c) => c.notNull())
			.addColumn("last_step", "bigint", (c) => c.notNull())
			.addColumn("created_at", "bigint", (c) => c.notNull())
			.execute();
		await db.schema
			.createTable("recovery_codes")
			.addColumn("hash", "text", (c) => c.primaryKey())
			.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
			.addColumn("used_at", "bigint")
			.execute();
		await db.schema
			.createIndex("recovery_codes_by_account")
			.on("recovery_codes")
			.column("account_id")
			.execute();
	},
};
