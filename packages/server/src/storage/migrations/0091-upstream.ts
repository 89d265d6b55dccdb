import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Sign-ins that are under way at another service, who came back from one and has no account, and what links are called. */
export const upstream: Migration = {
	async up(db: Kysely<unknown>) {
		await db.schema
			.createTable("upstream_sign_ins")
			.addColumn("state_hash", "text", (c) => c.primaryKey())
			.addColumn("browser_hash", "text", (c) => c.notNull())
			.addColumn("provider", "text", (c) => c.notNull())
			.addColumn("intent", "text", (c) => c.notNull())
			.addColumn("session_hash", "text")
			.addColumn("account_id", "text", (c) => c.references("accounts.id"))
			.addColumn("resume", "text", (c) => c.notNull())
			.addColumn("created_at", "bigint", (c) => c.notNull())
			.addColumn("expires_at", "bigint", (c) => c.notNull())
			.addColumn("used_at", "bigint")
			.execute();
		await db.schema
			.createIndex("upstream_sign_ins_by_expires_at")
			.on("upstream_sign_ins")
			.column("expires_at")
			.execute();
		await db.schema
			.createTable("upstream_arrivals")
			.addColumn("browser_hash", "text", (c) => c.primaryKey())
			.addColumn("provider", "text", (c) => c.notNull())
			.addColumn("subject", "text", (c) => c.notNull())
			.addColumn("claims", "text", (c) => c.notNull())
			.addColumn("proved_at", "bigint", (c) => c.notNull())
			.addColumn("resume", "text", (c) => c.notNull())
			.addColumn("expires_at", "bigint", (c) => c.notNull())
			.addColumn("used_at", "bigint")
			.execute();
		await db.schema
			.createIndex("upstream_arrivals_by_expires_at")
			.on("upstream_arrivals")
			.column("expires_at")
			.execute();
		await db.schema.alterTable("account_links").addColumn("name", "text").execute();
		await db.schema.alterTable("account_links").addColumn("linked_at", "bigint").execute();
		// By what the first of two steps was shown.
		await db.schema
			.alterTable("begun_sign_ins")
			.addColumn("how", "text", (c) => c.notNull().defaultTo("password"))
			.execute();
	},
};
