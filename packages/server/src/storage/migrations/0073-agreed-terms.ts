import type { Migration } from "kysely/migration";

/** Which version of the operator's terms an account's person has agreed to, and when. */
export const agreedTerms: Migration = {
	async up(db) {
		await db.schema
			.createTable("agreed_terms")
			.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
			.addColumn("version", "text", (c) => c.notNull())
			.addColumn("agreed_at", "bigint", (c) => c.notNull())
			.addPrimaryKeyConstraint("agreed_terms_key", ["account_id", "version"])
			.execute();
	},
};
