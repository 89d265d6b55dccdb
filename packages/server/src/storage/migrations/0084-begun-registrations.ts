import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * Browsers in which somebody shows that an e-mail address is theirs before they have an account, and letters to people
 * who have none: the queue takes a name that is no account's.
 */
export const begunRegistrations: Migration = {
	async up(db: Kysely<unknown>) {
		await db.schema
			.createTable("begun_registrations")
			.addColumn("browser_hash", "text", (c) => c.primaryKey())
			.addColumn("address", "text", (c) => c.notNull())
			.addColumn("address_key", "text", (c) => c.notNull())
			.addColumn("token_hash", "text")
			.addColumn("seed", "text", (c) => c.notNull())
			.addColumn("tries", "integer", (c) => c.notNull())
			.addColumn("created_at", "bigint", (c) => c.notNull())
			.addColumn("expires_at", "bigint", (c) => c.notNull())
			.addColumn("proved_at", "bigint")
			.addColumn("used_at", "bigint")
			.execute();
		await db.schema
			.createIndex("begun_registrations_by_expires_at")
			.on("begun_registrations")
			.column("expires_at")
			.execute();
		await freeLetters(db);
	},
};

/** SQLite cannot take a promise away from a column: another table takes the place of this one, in both dialects. */
async function freeLetters(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.createTable("mail_tasks_next")
		.addColumn("account_id", "text", (c) => c.notNull())
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
		.addPrimaryKeyConstraint("mail_tasks_line", ["account_id", "position"])
		.execute();
	const columns = sql.raw(
		"account_id, position, kind, detail, created_at, attempts, next_at, lease, leased_until, failure, refused_at, told_at",
	);
	await sql`INSERT INTO mail_tasks_next (${columns}) SELECT ${columns} FROM mail_tasks`.execute(db);
	await db.schema.dropTable("mail_tasks").execute();
	await db.schema.alterTable("mail_tasks_next").renameTo("mail_tasks").execute();
	await db.schema
		.createIndex("mail_tasks_due")
		.on("mail_tasks")
		.columns(["next_at", "account_id", "position"])
		.execute();
}
