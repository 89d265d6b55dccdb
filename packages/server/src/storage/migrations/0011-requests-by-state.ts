import type { Migration } from "kysely/migration";

/**
 * Requests are found by their state too: of those that ended a person may have thousands, each as long as a body may
 * be, and nobody else's question may have to read them.
 */
export const requestsByState: Migration = {
	async up(db) {
		await db.schema
			.createIndex("reset_requests_of_session")
			.on("reset_requests")
			.columns(["session_id", "state", "created_at"])
			.execute();
		await db.schema
			.createIndex("reset_requests_of_account_by_state")
			.on("reset_requests")
			.columns(["account_id", "state", "ended_at"])
			.execute();
	},
};
