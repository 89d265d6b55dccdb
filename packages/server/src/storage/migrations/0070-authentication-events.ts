import type { Migration } from "kysely/migration";

/** With what proof an access token was bought, and when that was given. */
export const authenticationEvents: Migration = {
	async up(db) {
		await db.schema.alterTable("access_tokens").addColumn("acr", "text").execute();
		await db.schema.alterTable("access_tokens").addColumn("authenticated_at", "bigint").execute();
	},
};
