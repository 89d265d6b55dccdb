import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Account data, messages between devices, key backups and filters of the embedded homeserver. */
export const embeddedClientData: Migration = {
	async up(db) {
		await accountData(db);
		await toDevice(db);
		await keyBackups(db);
	},
};

async function accountData(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.createTable("account_data")
		.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("type", "text", (c) => c.notNull())
		.addColumn("content", "text", (c) => c.notNull())
		.addColumn("position", "bigint", (c) => c.notNull())
		.addPrimaryKeyConstraint("account_data_key", ["account_id", "type"])
		.execute();
	await db.schema
		.createIndex("account_data_by_position")
		.on("account_data")
		.columns(["account_id", "position"])
		.execute();
	await db.schema
		.createTable("filters")
		.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("id", "text", (c) => c.notNull())
		.addColumn("content", "text", (c) => c.notNull())
		.addPrimaryKeyConstraint("filters_key", ["account_id", "id"])
		.execute();
}

async function toDevice(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.createTable("to_device_messages")
		.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("device_id", "text", (c) => c.notNull())
		.addColumn("position", "bigint", (c) => c.notNull())
		.addColumn("sender", "text", (c) => c.notNull())
		.addColumn("type", "text", (c) => c.notNull())
		.addColumn("content", "text", (c) => c.notNull())
		.addPrimaryKeyConstraint("to_device_messages_key", ["account_id", "device_id", "position"])
		.execute();
	await db.schema
		.createTable("to_device_sends")
		.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("device_id", "text", (c) => c.notNull())
		.addColumn("type", "text", (c) => c.notNull())
		.addColumn("transaction_id", "text", (c) => c.notNull())
		.addColumn("sent_at", "bigint", (c) => c.notNull())
		.addPrimaryKeyConstraint("to_device_sends_key", ["account_id", "device_id", "type", "transaction_id"])
		.execute();
}

async function keyBackups(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.createTable("key_backups")
		.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("version", "integer", (c) => c.notNull())
		.addColumn("algorithm", "text", (c) => c.notNull())
		.addColumn("auth_data", "text", (c) => c.notNull())
		.addColumn("etag", "bigint", (c) => c.notNull().defaultTo(0))
		.addColumn("created_at", "bigint", (c) => c.notNull())
		.addColumn("deleted_at", "bigint")
		.addPrimaryKeyConstraint("key_backups_key", ["account_id", "version"])
		.execute();
	await db.schema
		.createTable("backed_up_keys")
		.addColumn("account_id", "text", (c) => c.notNull())
		.addColumn("version", "integer", (c) => c.notNull())
		.addColumn("room_id", "text", (c) => c.notNull())
		.addColumn("session_id", "text", (c) => c.notNull())
		.addColumn("first_message_index", "bigint", (c) => c.notNull())
		.addColumn("forwarded_count", "bigint", (c) => c.notNull())
		.addColumn("is_verified", "integer", (c) => c.notNull())
		.addColumn("session_data", "text", (c) => c.notNull())
		.addPrimaryKeyConstraint("backed_up_keys_key", ["account_id", "version", "room_id", "session_id"])
		.addForeignKeyConstraint("backed_up_keys_of_backup", ["account_id", "version"], "key_backups", [
			"account_id",
			"version",
		])
		.execute();
}
