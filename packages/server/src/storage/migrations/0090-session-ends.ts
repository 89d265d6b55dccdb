import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * Sessions that end by themselves: when the token of a program is over, when it was made (it may be another one since the
 * session began), and when the person was told that the end comes.
 */
export const sessionEnds: Migration = {
	async up(db) {
		for (const column of ["ends_at", "end_told_at", "token_made_at"])
			await db.schema.alterTable("sessions").addColumn(column, "bigint").execute();
		// Tokens that came from elsewhere with an end. The number stands for an end that does not come.
		await sql`UPDATE sessions SET ends_at = (
			SELECT max(access_tokens.expires_at) FROM access_tokens
			WHERE access_tokens.session_id = sessions.id AND access_tokens.expires_at < 9007199254740991
		) WHERE client_id LIKE 'lasting-token-%'`.execute(db);
		await sql`CREATE INDEX sessions_by_ends_at ON sessions (ends_at)
			WHERE ended_at IS NULL AND ends_at IS NOT NULL`.execute(db);
	},
};
