import type { Migration } from "kysely/migration";

/** Since when an account is known to lack a second factor that is demanded of it. */
export const demandedFactors: Migration = {
	async up(db) {
		await db.schema.alterTable("accounts").addColumn("factor_demanded_at", "bigint").execute();
	},
};
