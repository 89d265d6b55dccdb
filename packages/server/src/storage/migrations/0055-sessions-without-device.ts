import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * Sessions that came along without a device. SQLite cannot take a promise away from a column, so another one without it
 * takes its place, in both dialects.
 */
export const sessionsWithoutDevice: Migration = {
	async up(db: Kysely<unknown>) {
		for (const index of ["sessions_live_device", "sessions_kept_device"])
			await db.schema.dropIndex(index).execute();
		await db.schema.alterTable("sessions").addColumn("device", "text").execute();
		await sql`UPDATE sessions SET device = device_id`.execute(db);
		await db.schema.alterTable("sessions").dropColumn("device_id").execute();
		await db.schema.alterTable("sessions").renameColumn("device", "device_id").execute();
		const unique = (name: string) =>
			db.schema.createIndex(name).on("sessions").columns(["account_id", "device_id"]).unique();
		await unique("sessions_live_device")
			.where("ended_at" as never, "is", null)
			.execute();
		await unique("sessions_kept_device")
			.where("device_kept_until" as never, "is not", null)
			.execute();
	},
};
