import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** People, browser sessions, clients, OAuth sessions and tokens, requests to replace an identity, security log. */
export const accounts: Migration = {
	async up(db) {
		await people(db);
		await oauth(db);
		await resetRequests(db);
	},
};

async function people(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.createTable("settings")
		.addColumn("name", "text", (c) => c.primaryKey())
		.addColumn("value", "text", (c) => c.notNull())
		.execute();
	await db.schema
		.createTable("accounts")
		.addColumn("id", "text", (c) => c.primaryKey())
		.addColumn("localpart", "text", (c) => c.notNull().unique())
		.addColumn("display_name", "text")
		.addColumn("admin", "integer", (c) => c.notNull().defaultTo(0))
		.addColumn("created_at", "bigint", (c) => c.notNull())
		.addColumn("locked_at", "bigint")
		.addColumn("deactivated_at", "bigint")
		.addColumn("password_hash", "text")
		.addColumn("password_changed_at", "bigint")
		.addColumn("generation", "integer", (c) => c.notNull().defaultTo(0))
		.execute();
	await db.schema
		.createTable("browser_sessions")
		.addColumn("id_hash", "text", (c) => c.primaryKey())
		.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("created_at", "bigint", (c) => c.notNull())
		.addColumn("proved_at", "bigint", (c) => c.notNull())
		.addColumn("last_seen_at", "bigint", (c) => c.notNull())
		.addColumn("expires_at", "bigint", (c) => c.notNull())
		.addColumn("address", "text")
		.addColumn("user_agent", "text")
		.execute();
	await db.schema
		.createIndex("browser_sessions_of_account")
		.on("browser_sessions")
		.column("account_id")
		.execute();
	await db.schema
		.createTable("security_events")
		.addColumn("id", "text", (c) => c.primaryKey())
		.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("at", "bigint", (c) => c.notNull())
		.addColumn("kind", "text", (c) => c.notNull())
		.addColumn("session_id", "text")
		.addColumn("device_id", "text")
		.addColumn("address", "text")
		.addColumn("detail", "text", (c) => c.notNull())
		.execute();
	await db.schema
		.createIndex("security_events_of_account")
		.on("security_events")
		.columns(["account_id", "at"])
		.execute();
}

async function oauth(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.createTable("clients")
		.addColumn("id", "text", (c) => c.primaryKey())
		.addColumn("metadata", "text", (c) => c.notNull())
		.addColumn("created_at", "bigint", (c) => c.notNull())
		.addColumn("last_used_at", "bigint", (c) => c.notNull())
		.execute();
	await db.schema
		.createTable("engine_records")
		.addColumn("kind", "text", (c) => c.notNull())
		.addColumn("id_hash", "text", (c) => c.notNull())
		.addColumn("payload", "text", (c) => c.notNull())
		.addColumn("session_id", "text")
		.addColumn("expires_at", "bigint", (c) => c.notNull())
		.addColumn("consumed_at", "bigint")
		.addPrimaryKeyConstraint("engine_records_key", ["kind", "id_hash"])
		.execute();
	await db.schema.createIndex("engine_records_expiry").on("engine_records").column("expires_at").execute();
	await db.schema
		.createTable("sessions")
		.addColumn("id", "text", (c) => c.primaryKey())
		.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("client_id", "text", (c) => c.notNull().references("clients.id"))
		.addColumn("device_id", "text", (c) => c.notNull())
		.addColumn("scope", "text", (c) => c.notNull())
		.addColumn("created_at", "bigint", (c) => c.notNull())
		.addColumn("last_used_at", "bigint", (c) => c.notNull())
		.addColumn("signed_in_address", "text")
		.addColumn("last_address", "text")
		.addColumn("user_agent", "text")
		.addColumn("ended_at", "bigint")
		.addColumn("end_reason", "text")
		.execute();
	// One live session per device: a new sign-in with the same device id has to end the earlier one first.
	await db.schema
		.createIndex("sessions_live_device")
		.on("sessions")
		.columns(["account_id", "device_id"])
		.unique()
		.where("ended_at" as never, "is", null)
		.execute();
	await db.schema.createIndex("sessions_of_client").on("sessions").column("client_id").execute();
	await tokens(db);
}

async function tokens(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.createTable("access_tokens")
		.addColumn("hash", "text", (c) => c.primaryKey())
		.addColumn("session_id", "text", (c) => c.notNull().references("sessions.id"))
		.addColumn("refresh_hash", "text", (c) => c.notNull())
		.addColumn("created_at", "bigint", (c) => c.notNull())
		.addColumn("expires_at", "bigint", (c) => c.notNull())
		.addColumn("first_used_at", "bigint")
		.execute();
	await db.schema.createIndex("access_tokens_of_session").on("access_tokens").column("session_id").execute();
	await db.schema.createIndex("access_tokens_expiry").on("access_tokens").column("expires_at").execute();
	await db.schema
		.createTable("refresh_tokens")
		.addColumn("hash", "text", (c) => c.primaryKey())
		.addColumn("session_id", "text", (c) => c.notNull().references("sessions.id"))
		.addColumn("created_at", "bigint", (c) => c.notNull())
		.addColumn("consumed_at", "bigint")
		.execute();
	await db.schema
		.createIndex("refresh_tokens_of_session")
		.on("refresh_tokens")
		.column("session_id")
		.execute();
}

async function resetRequests(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.createTable("reset_requests")
		.addColumn("reference", "text", (c) => c.primaryKey())
		.addColumn("uia_session", "text", (c) => c.notNull().unique())
		.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("session_id", "text", (c) => c.notNull().references("sessions.id"))
		.addColumn("device_id", "text", (c) => c.notNull())
		.addColumn("digest", "text", (c) => c.notNull())
		.addColumn("keys", "text", (c) => c.notNull())
		.addColumn("master_key", "text", (c) => c.notNull())
		.addColumn("state", "text", (c) => c.notNull())
		.addColumn("created_at", "bigint", (c) => c.notNull())
		.addColumn("last_upload_at", "bigint", (c) => c.notNull())
		.addColumn("expires_at", "bigint", (c) => c.notNull())
		.addColumn("decided_at", "bigint")
		.addColumn("ended_at", "bigint")
		.addColumn("end_reason", "text")
		.addColumn("failures", "integer", (c) => c.notNull().defaultTo(0))
		.addColumn("denial_told", "integer", (c) => c.notNull().defaultTo(0))
		.addColumn("address", "text")
		.addColumn("user_agent", "text")
		.execute();
	// The promise, held by the database itself: one live row per request, one approval and one spend per person.
	await db.schema
		.createIndex("reset_requests_live")
		.on("reset_requests")
		.columns(["session_id", "digest"])
		.unique()
		.where("state" as never, "in", ["pending", "approved", "spending"])
		.execute();
	await db.schema
		.createIndex("reset_requests_approved")
		.on("reset_requests")
		.column("account_id")
		.unique()
		.where("state" as never, "=", "approved")
		.execute();
	await db.schema
		.createIndex("reset_requests_spending")
		.on("reset_requests")
		.column("account_id")
		.unique()
		.where("state" as never, "=", "spending")
		.execute();
	await db.schema
		.createIndex("reset_requests_of_account")
		.on("reset_requests")
		.columns(["account_id", "created_at"])
		.execute();
}
