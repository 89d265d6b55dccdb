import type { Migration } from "kysely/migration";

/** What apps take away at a homeserver that has its own storage: what is known of it, and how far it was told. */
export const holdsBeside: Migration = {
	async up(db) {
		await db.schema.alterTable("holds").addColumn("switched_off", "text").execute();
		await db.schema
			.alterTable("holds")
			.addColumn("dropped_to", "integer", (c) => c.notNull().defaultTo(0))
			.execute();
	},
};
