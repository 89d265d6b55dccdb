import type { Migration } from "kysely/migration";

/** Devices that outlive their session for a day, and refresh tokens that came too late once. */
export const keptDevices: Migration = {
	async up(db) {
		await db.schema.alterTable("sessions").addColumn("device_kept_until", "bigint").execute();
		await db.schema.alterTable("refresh_tokens").addColumn("late_at", "bigint").execute();
		await db.schema
			.createIndex("sessions_kept_device")
			.on("sessions")
			.columns(["account_id", "device_id"])
			.unique()
			.where("device_kept_until" as never, "is not", null)
			.execute();
	},
};
