import type { Migration } from "kysely/migration";

/** Who changed a registration token last, or took its revocation back, and when. */
export const whoChanged: Migration = {
	async up(db) {
		await db.schema.alterTable("registration_tokens").addColumn("changed_by", "text").execute();
		await db.schema.alterTable("registration_tokens").addColumn("changed_at", "bigint").execute();
	},
};
