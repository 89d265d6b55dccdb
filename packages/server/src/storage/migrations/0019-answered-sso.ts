import type { Migration } from "kysely/migration";

/** Which browser answered a sign-in by browser, and when: the same answer is told to it again for a minute. */
export const answeredSso: Migration = {
	async up(db) {
		await db.schema.alterTable("sso_requests").addColumn("answered_by", "text").execute();
		await db.schema.alterTable("sso_requests").addColumn("answered_at", "bigint").execute();
	},
};
