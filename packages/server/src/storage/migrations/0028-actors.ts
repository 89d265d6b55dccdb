import type { Migration } from "kysely/migration";

/** Who did what a line of the security log tells. Of older lines nobody knows. */
export const actors: Migration = {
	async up(db) {
		await db.schema.alterTable("security_events").addColumn("actor", "text").execute();
		await db.schema.alterTable("security_events").addColumn("actor_detail", "text").execute();
	},
};
