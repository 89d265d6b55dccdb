import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Whose word a link is, and no more of who came from elsewhere once an account was made of it. */
export const issuers: Migration = {
	async up(db: Kysely<unknown>) {
		await db.schema.alterTable("account_links").addColumn("issuer", "text").execute();
		// Whoever is on the way comes once more: nobody wrote down whose word that was.
		await db.deleteFrom("upstream_arrivals" as never).execute();
		await db.schema
			.alterTable("upstream_arrivals")
			.addColumn("issuer", "text", (c) => c.notNull().defaultTo(""))
			.execute();
		await db.schema.alterTable("upstream_arrivals").dropColumn("used_at").execute();
	},
};
