import type { Migration } from "kysely/migration";

/** Dehydrated devices, one for each person, and avatars. */
export const dehydratedDevices: Migration = {
	async up(db) {
		await db.schema
			.createTable("dehydrated_devices")
			.addColumn("account_id", "text", (c) => c.primaryKey())
			.addColumn("device_id", "text", (c) => c.notNull())
			.addColumn("data", "text", (c) => c.notNull())
			.addForeignKeyConstraint("dehydrated_devices_device", ["account_id", "device_id"], "devices", [
				"account_id",
				"device_id",
			])
			.execute();
		await db.schema.alterTable("accounts").addColumn("avatar_url", "text").execute();
	},
};
