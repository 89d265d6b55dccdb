import type { Migration } from "kysely/migration";

/** One-time keys that were handed out, so that an upload that is repeated brings none of them back. */
export const claimedKeys: Migration = {
	async up(db) {
		await db.schema
			.createTable("claimed_keys")
			.addColumn("account_id", "text", (c) => c.notNull())
			.addColumn("device_id", "text", (c) => c.notNull())
			.addColumn("algorithm", "text", (c) => c.notNull())
			.addColumn("key_id", "text", (c) => c.notNull())
			.addColumn("key_hash", "text", (c) => c.notNull())
			.addColumn("position", "bigint", (c) => c.notNull())
			.addPrimaryKeyConstraint("claimed_keys_key", ["account_id", "device_id", "algorithm", "key_id"])
			.addForeignKeyConstraint("claimed_keys_device", ["account_id", "device_id"], "devices", [
				"account_id",
				"device_id",
			])
			.execute();
	},
};
