import type { Migration } from "kysely/migration";

/** By which time clean-up looks through rows that mostly stay: it would read whole tables at once otherwise. */
export const cleanUpLooks: Migration = {
	async up(db) {
		await db.schema.createIndex("devices_by_created_at").on("devices").column("created_at").execute();
		await db.schema.createIndex("clients_by_last_used_at").on("clients").column("last_used_at").execute();
	},
};
