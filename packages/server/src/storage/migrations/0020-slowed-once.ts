import type { Migration } from "kysely/migration";

/** Whether a device that waits was slowed down since it last asked in time. */
export const slowedOnce: Migration = {
	async up(db) {
		await db.schema
			.alterTable("device_authorizations")
			.addColumn("slowed", "integer", (c) => c.notNull().defaultTo(0))
			.execute();
	},
};
