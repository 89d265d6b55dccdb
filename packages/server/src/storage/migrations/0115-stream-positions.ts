import type { Migration } from "kysely/migration";

/**
 * Each account counts its own changes, on from where all of them have come together. The table of before has another
 * name since: a server of an earlier version that still runs fails at it, instead of giving out positions past the new.
 */
export const streamPositions: Migration = {
	async up(db) {
		await db.schema
			.createTable("stream_positions")
			.addColumn("account_id", "text", (c) => c.primaryKey())
			.addColumn("position", "bigint", (c) => c.notNull())
			.execute();
		await db.schema.alterTable("stream").renameTo("stream_start").execute();
	},
};
