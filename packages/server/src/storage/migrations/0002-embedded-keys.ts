import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Devices, their keys, cross-signing keys and signatures of the embedded identity homeserver. */
export const embeddedKeys: Migration = {
	async up(db) {
		await stream(db);
		await devices(db);
		await countedKeys(db);
		await identities(db);
	},
};

async function stream(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.createTable("stream")
		.addColumn("name", "text", (c) => c.primaryKey())
		.addColumn("position", "bigint", (c) => c.notNull())
		.execute();
	await db
		.insertInto("stream" as never)
		.values({ name: "main", position: 0 } as never)
		.execute();
	await db.schema
		.createTable("key_changes")
		.addColumn("account_id", "text", (c) => c.primaryKey().references("accounts.id"))
		.addColumn("position", "bigint", (c) => c.notNull())
		.execute();
}

async function devices(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.createTable("devices")
		.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("device_id", "text", (c) => c.notNull())
		.addColumn("display_name", "text")
		.addColumn("created_at", "bigint", (c) => c.notNull())
		.addPrimaryKeyConstraint("devices_key", ["account_id", "device_id"])
		.execute();
	await db.schema
		.createTable("device_keys")
		.addColumn("account_id", "text", (c) => c.notNull())
		.addColumn("device_id", "text", (c) => c.notNull())
		.addColumn("object", "text", (c) => c.notNull())
		.addColumn("signed", "text", (c) => c.notNull())
		.addPrimaryKeyConstraint("device_keys_key", ["account_id", "device_id"])
		.addForeignKeyConstraint("device_keys_device", ["account_id", "device_id"], "devices", [
			"account_id",
			"device_id",
		])
		.execute();
}

async function countedKeys(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.createTable("one_time_keys")
		.addColumn("account_id", "text", (c) => c.notNull())
		.addColumn("device_id", "text", (c) => c.notNull())
		.addColumn("algorithm", "text", (c) => c.notNull())
		.addColumn("key_id", "text", (c) => c.notNull())
		.addColumn("key", "text", (c) => c.notNull())
		.addColumn("position", "bigint", (c) => c.notNull())
		.addColumn("place", "integer", (c) => c.notNull())
		.addPrimaryKeyConstraint("one_time_keys_key", ["account_id", "device_id", "algorithm", "key_id"])
		.addForeignKeyConstraint("one_time_keys_device", ["account_id", "device_id"], "devices", [
			"account_id",
			"device_id",
		])
		.execute();
	await db.schema
		.createIndex("one_time_keys_order")
		.on("one_time_keys")
		.columns(["account_id", "device_id", "algorithm", "position", "place"])
		.execute();
	await db.schema
		.createTable("fallback_keys")
		.addColumn("account_id", "text", (c) => c.notNull())
		.addColumn("device_id", "text", (c) => c.notNull())
		.addColumn("algorithm", "text", (c) => c.notNull())
		.addColumn("key_id", "text", (c) => c.notNull())
		.addColumn("key", "text", (c) => c.notNull())
		.addColumn("used", "integer", (c) => c.notNull().defaultTo(0))
		.addPrimaryKeyConstraint("fallback_keys_key", ["account_id", "device_id", "algorithm"])
		.addForeignKeyConstraint("fallback_keys_device", ["account_id", "device_id"], "devices", [
			"account_id",
			"device_id",
		])
		.execute();
}

async function identities(db: Kysely<unknown>): Promise<void> {
	await db.schema
		.createTable("cross_signing_keys")
		.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("slot", "text", (c) => c.notNull())
		.addColumn("public_key", "text", (c) => c.notNull())
		.addColumn("object", "text", (c) => c.notNull())
		.addColumn("signed", "text", (c) => c.notNull())
		.addColumn("stored_at", "bigint", (c) => c.notNull())
		.addPrimaryKeyConstraint("cross_signing_keys_key", ["account_id", "slot"])
		.execute();
	await db.schema
		.createTable("cross_signing_key_names")
		.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("public_key", "text", (c) => c.notNull())
		.addColumn("stored_at", "bigint", (c) => c.notNull())
		.addPrimaryKeyConstraint("cross_signing_key_names_key", ["account_id", "public_key"])
		.execute();
	await db.schema
		.createTable("key_signatures")
		.addColumn("signer_account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("signer_key_id", "text", (c) => c.notNull())
		.addColumn("target_account_id", "text", (c) => c.notNull().references("accounts.id"))
		.addColumn("target_key", "text", (c) => c.notNull())
		.addColumn("signature", "text", (c) => c.notNull())
		.addPrimaryKeyConstraint("key_signatures_key", [
			"target_account_id",
			"target_key",
			"signer_account_id",
			"signer_key_id",
		])
		.execute();
	await db.schema
		.createIndex("key_signatures_of_signer")
		.on("key_signatures")
		.columns(["signer_account_id", "signer_key_id"])
		.execute();
}
