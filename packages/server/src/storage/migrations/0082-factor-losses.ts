import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Who says to have lost every second factor, and how long ago; and of which passwords the mailbox alone is the source. */
export const factorLosses: Migration = {
	async up(db: Kysely<unknown>) {
		await db.schema
			.alterTable("accounts")
			.addColumn("password_mailed", "integer", (c) => c.notNull().defaultTo(0))
			.execute();
		// Of before it is not known whether another took its place: whoever shows two factors once is rid of it.
		await sql`UPDATE accounts SET password_mailed = 1
			WHERE id IN (SELECT account_id FROM security_events WHERE kind = 'password-set-by-mail')`.execute(db);
		await db.schema
			.createTable("factor_losses")
			.addColumn("account_id", "text", (c) => c.primaryKey().references("accounts.id"))
			.addColumn("id", "text", (c) => c.notNull().unique())
			.addColumn("generation", "integer", (c) => c.notNull())
			.addColumn("asked_at", "bigint", (c) => c.notNull())
			.addColumn("sent_at", "bigint", (c) => c.notNull())
			.addColumn("begun_at", "bigint")
			.addColumn("warned_at", "bigint")
			.addColumn("told_at", "bigint")
			.addColumn("done_at", "bigint")
			.execute();
	},
};
