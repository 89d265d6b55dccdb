import type { Migration } from "kysely/migration";

/** Until when one server alone sends the keys of an approved request to a homeserver with a storage of its own. */
export const spendLease: Migration = {
	async up(db) {
		await db.schema
			.alterTable("reset_requests")
			.addColumn("lease_until", "bigint", (c) => c.notNull().defaultTo(0))
			.execute();
	},
};
