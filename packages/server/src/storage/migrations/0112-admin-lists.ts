import { type Kysely, PostgresAdapter, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * Lists of the admin API that begin where their filter leads, in their order: of the few who administer, are locked or
 * closed, of sessions by kind and by app, of links by service; addresses from their beginning on.
 */
export const adminLists: Migration = {
	async up(db: Kysely<unknown>) {
		await sql`CREATE INDEX accounts_that_administer ON accounts (id) WHERE admin = 1`.execute(db);
		await sql`CREATE INDEX accounts_that_are_locked ON accounts (id) WHERE locked_at IS NOT NULL`.execute(db);
		await sql`CREATE INDEX accounts_that_are_closed ON accounts (id) WHERE deactivated_at IS NOT NULL`.execute(
			db,
		);
		await sql`CREATE INDEX accounts_that_are_active ON accounts (id)
			WHERE locked_at IS NULL AND deactivated_at IS NULL`.execute(db);
		const bytes = db.getExecutor().adapter instanceof PostgresAdapter ? sql`COLLATE "C"` : sql``;
		await sql`CREATE INDEX account_emails_from_the_beginning ON account_emails (address_key ${bytes}, account_id)
			WHERE verified_at IS NOT NULL`.execute(db);
		await sql`CREATE INDEX sessions_by_kind ON sessions ((CASE WHEN client_id = 'legacy' THEN 'compat'
			WHEN substr(client_id, 1, 14) = 'lasting-token-' THEN 'token' ELSE 'oauth' END), told_id)`.execute(db);
		await db.schema.dropIndex("sessions_of_client").execute();
		await db.schema
			.createIndex("sessions_of_client")
			.on("sessions")
			.columns(["client_id", "told_id"])
			.execute();
		await db.schema
			.createIndex("account_links_of_provider")
			.on("account_links")
			.columns(["provider", "told_id"])
			.execute();
		await db.schema
			.createIndex("account_links_by_subject")
			.on("account_links")
			.columns(["subject", "told_id"])
			.execute();
	},
};
