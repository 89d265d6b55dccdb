import type { Migration } from "kysely/migration";

/** Which session a person lets read what is kept of them, and until when. */
export const keptForReading: Migration = {
	async up(db) {
		await db.schema.alterTable("holds").addColumn("reader", "text").execute();
		await db.schema.alterTable("holds").addColumn("readable_until", "bigint").execute();
	},
};
