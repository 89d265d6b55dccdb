import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** People who move in: names in any case, tokens of which either may be used, what came along with an account. */
export const moving: Migration = {
	async up(db) {
		await db.schema
			.createIndex("accounts_in_any_case")
			.on("accounts")
			.expression(sql`lower(localpart)`)
			.execute();
		await db.schema.alterTable("refresh_tokens").addColumn("sibling", "text").execute();
		await db.schema
			.createTable("moved_accounts")
			.addColumn("account_id", "text", (c) => c.primaryKey().references("accounts.id"))
			.addColumn("digest", "text", (c) => c.notNull())
			.execute();
		await db.schema
			.createTable("account_emails")
			.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
			.addColumn("address", "text", (c) => c.notNull())
			.addColumn("added_at", "bigint", (c) => c.notNull())
			.addPrimaryKeyConstraint("account_emails_key", ["account_id", "address"])
			.execute();
		await db.schema
			.createTable("account_links")
			.addColumn("provider", "text", (c) => c.notNull())
			.addColumn("subject", "text", (c) => c.notNull())
			.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
			.addPrimaryKeyConstraint("account_links_key", ["provider", "subject"])
			.execute();
		await db.schema
			.createIndex("account_links_of_account")
			.on("account_links")
			.column("account_id")
			.execute();
	},
};
