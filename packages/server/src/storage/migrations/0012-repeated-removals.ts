import type { Migration } from "kysely/migration";

/** A task that Synapse was told, and is told once more later without standing in anybody's way until then. */
export const repeatedRemovals: Migration = {
	async up(db) {
		await db.schema.alterTable("homeserver_tasks").addColumn("told_at", "bigint").execute();
	},
};
