import type { Migration } from "kysely/migration";

/** Requests that are approved for one access token alone. */
export const elevatedTokens: Migration = {
	async up(db) {
		await db.schema.alterTable("reset_requests").addColumn("only_token", "text").execute();
	},
};
