import type { Migration } from "kysely/migration";

/** Which operator revoked a registration token. */
export const whoRevoked: Migration = {
	async up(db) {
		await db.schema.alterTable("registration_tokens").addColumn("revoked_by", "text").execute();
	},
};
