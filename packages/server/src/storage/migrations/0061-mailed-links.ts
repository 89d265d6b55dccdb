import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Links for a password that are mailed: an account may have several. What somebody typed waits to be looked up. */
export const mailedLinks: Migration = {
	async up(db: Kysely<unknown>) {
		await db.schema.dropIndex("password_links_by_expires_at").execute();
		await db.schema.alterTable("password_links").renameTo("password_links_before").execute();
		await db.schema
			.createTable("password_links")
			.addColumn("secret_hash", "text", (c) => c.notNull())
			.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
			.addColumn("kind", "text", (c) => c.notNull())
			.addColumn("address_key", "text")
			.addColumn("generation", "integer", (c) => c.notNull())
			.addColumn("created_at", "bigint", (c) => c.notNull())
			.addColumn("expires_at", "bigint", (c) => c.notNull())
			.addColumn("used_at", "bigint")
			.addColumn("used_by", "text")
			.addPrimaryKeyConstraint("password_links_by_secret", ["secret_hash"])
			.execute();
		const columns = sql`secret_hash, account_id, kind, generation, created_at, expires_at, used_at, used_by`;
		await sql`INSERT INTO password_links (${columns}) SELECT ${columns} FROM password_links_before`.execute(
			db,
		);
		await db.schema.dropTable("password_links_before").execute();
		await db.schema
			.createIndex("password_links_of_operators")
			.on("password_links")
			.column("account_id")
			.unique()
			.where("address_key" as never, "is", null)
			.execute();
		await db.schema
			.createIndex("password_links_by_expires_at")
			.on("password_links")
			.column("expires_at")
			.execute();
		await db.schema
			.createTable("recovery_askings")
			.addColumn("id", "text", (c) => c.primaryKey())
			.addColumn("typed", "text", (c) => c.notNull())
			.addColumn("address", "text", (c) => c.notNull())
			.addColumn("asked_at", "bigint", (c) => c.notNull())
			.execute();
	},
};
