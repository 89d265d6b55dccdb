import type { Migration } from "kysely/migration";

/** Whether what is kept was taken by a reset that its person approved, or was wanted away for itself. */
export const replacedHolds: Migration = {
	async up(db) {
		await db.schema
			.alterTable("holds")
			.addColumn("replaced", "integer", (c) => c.notNull().defaultTo(0))
			.execute();
	},
};
