import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** When the first of two factors was shown. */
export const firstFactors: Migration = {
	async up(db: Kysely<unknown>) {
		// Of those that are under way nobody knows: as if it had been long ago.
		await db.schema
			.alterTable("begun_sign_ins")
			.addColumn("at", "bigint", (c) => c.notNull().defaultTo(0))
			.execute();
	},
};
