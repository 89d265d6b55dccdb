import type { Migration } from "kysely/migration";

/** Passkeys, the challenges that were answered, and sign-ins of which the first of two steps is done. */
export const passkeys: Migration = {
	async up(db) {
		await db.schema
			.createTable("passkeys")
			.addColumn("id", "text", (c) => c.primaryKey())
			.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
			.addColumn("credential_id", "text", (c) => c.notNull().unique())
			.addColumn("public_key", "text", (c) => c.notNull())
			.addColumn("counter", "bigint", (c) => c.notNull())
			.addColumn("transports", "text", (c) => c.notNull())
			.addColumn("host", "text", (c) => c.notNull())
			.addColumn("name", "text", (c) => c.notNull())
			.addColumn("created_at", "bigint", (c) => c.notNull())
			.addColumn("last_used_at", "bigint")
			.execute();
		await db.schema.createIndex("passkeys_by_account").on("passkeys").column("account_id").execute();
		await db.schema
			.createTable("used_challenges")
			.addColumn("hash", "text", (c) => c.primaryKey())
			.addColumn("expires_at", "bigint", (c) => c.notNull())
			.execute();
		await db.schema
			.createIndex("used_challenges_by_expires_at")
			.on("used_challenges")
			.column("expires_at")
			.execute();
		await db.schema
			.createTable("begun_sign_ins")
			.addColumn("id_hash", "text", (c) => c.primaryKey())
			.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
			.addColumn("generation", "integer", (c) => c.notNull())
			.addColumn("expires_at", "bigint", (c) => c.notNull())
			.execute();
		await db.schema
			.createIndex("begun_sign_ins_by_expires_at")
			.on("begun_sign_ins")
			.column("expires_at")
			.execute();
		await db.schema
			.alterTable("browser_sessions")
			.addColumn("proved_how", "text", (c) => c.notNull().defaultTo("password"))
			.execute();
	},
};
