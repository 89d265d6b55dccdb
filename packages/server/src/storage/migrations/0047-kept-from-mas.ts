import type { Migration } from "kysely/migration";

/** What people who move in from MAS bring along, and what does nothing here yet. */
export const keptFromMas: Migration = {
	async up(db) {
		await db.schema
			.createTable("moved_extras")
			.addColumn("kind", "text", (c) => c.notNull())
			.addColumn("id", "text", (c) => c.notNull())
			.addColumn("body", "text", (c) => c.notNull())
			.addPrimaryKeyConstraint("moved_extras_key", ["kind", "id"])
			.execute();
	},
};
