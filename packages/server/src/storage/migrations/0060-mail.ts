import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Letters that wait to be sent, and e-mail addresses of which each is one person's. */
export const mail: Migration = {
	async up(db) {
		await makeLetters(db);
		await makeAddresses(db);
	},
};

async function makeLetters(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.createTable("mail_tasks")
		.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("position", "bigint", (c) => c.notNull())
		.addColumn("kind", "text", (c) => c.notNull())
		.addColumn("detail", "text", (c) => c.notNull())
		.addColumn("created_at", "bigint", (c) => c.notNull())
		.addColumn("attempts", "integer", (c) => c.notNull().defaultTo(0))
		.addColumn("next_at", "bigint", (c) => c.notNull())
		.addColumn("lease", "text")
		.addColumn("leased_until", "bigint")
		.addColumn("failure", "text")
		.addColumn("refused_at", "bigint")
		.addColumn("told_at", "bigint")
		.addPrimaryKeyConstraint("mail_tasks_key", ["account_id", "position"])
		.execute();
	await db.schema
		.createIndex("mail_tasks_due")
		.on("mail_tasks")
		.columns(["next_at", "account_id", "position"])
		.execute();
}

/** Those that came along were confirmed where they come from. What several people brought is nobody's until it is again. */
async function makeAddresses(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.alterTable("account_emails")
		.addColumn("address_key", "text", (c) => c.notNull().defaultTo(""))
		.execute();
	await db.schema.alterTable("account_emails").addColumn("verified_at", "bigint").execute();
	await sql`UPDATE account_emails SET address_key = lower(address)`.execute(db);
	await sql`DELETE FROM account_emails WHERE EXISTS (SELECT 1 FROM account_emails AS other
		WHERE other.account_id = account_emails.account_id AND other.address_key = account_emails.address_key
		AND other.address < account_emails.address)`.execute(db);
	await sql`UPDATE account_emails SET verified_at = added_at WHERE address_key IN
		(SELECT address_key FROM account_emails GROUP BY address_key HAVING count(*) = 1)`.execute(db);
	await db.schema
		.createIndex("account_emails_verified")
		.on("account_emails")
		.column("address_key")
		.unique()
		.where("verified_at" as never, "is not", null)
		.execute();
	await db.schema
		.createTable("address_codes")
		.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("address_key", "text", (c) => c.notNull())
		.addColumn("address", "text", (c) => c.notNull())
		.addColumn("seed", "text", (c) => c.notNull())
		.addColumn("created_at", "bigint", (c) => c.notNull())
		.addColumn("expires_at", "bigint", (c) => c.notNull())
		.addColumn("tries", "integer", (c) => c.notNull().defaultTo(0))
		.addPrimaryKeyConstraint("address_codes_key", ["account_id", "address_key"])
		.execute();
	await db.schema
		.createIndex("address_codes_by_expires_at")
		.on("address_codes")
		.column("expires_at")
		.execute();
}
