import type { Migration } from "kysely/migration";

/** By when rows are dead: clean-up would read whole tables otherwise, while everybody who writes waits. */
export const cleanUp: Migration = {
	async up(db) {
		for (const [table, column] of ends) {
			await db.schema.createIndex(`${table}_by_${column}`).on(table).column(column).execute();
		}
	},
};

const ends = [
	["browser_sessions", "expires_at"],
	["refresh_tokens", "consumed_at"],
	["reset_requests", "expires_at"],
	["security_events", "at"],
	["sessions", "ended_at"],
] as const;
