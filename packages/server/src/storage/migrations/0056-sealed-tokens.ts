import type { Migration } from "kysely/migration";

/** First tokens of sessions that began while people may go back to where they came from, sealed. */
export const sealedTokens: Migration = {
	async up(db) {
		await db.schema
			.createTable("sealed_tokens")
			.addColumn("session_id", "text", (c) => c.primaryKey().references("sessions.id"))
			.addColumn("sealed", "text", (c) => c.notNull())
			.execute();
	},
};
