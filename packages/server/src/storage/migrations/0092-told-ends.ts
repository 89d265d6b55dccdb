import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * Which end a person was told of, for each cause of one, in place of when they were last told of any. And indexes by
 * which what is due is found among live sessions.
 */
export const toldEnds: Migration = {
	async up(db) {
		for (const column of ["token_end_told", "idle_end_told", "age_end_told"])
			await db.schema.alterTable("sessions").addColumn(column, "bigint").execute();
		await db.schema.alterTable("sessions").dropColumn("end_told_at").execute();
		await sql`CREATE INDEX live_sessions_by_last_used_at ON sessions (last_used_at) WHERE ended_at IS NULL`.execute(
			db,
		);
		await sql`CREATE INDEX live_sessions_by_created_at ON sessions (created_at) WHERE ended_at IS NULL`.execute(
			db,
		);
		// Their token ended so long ago that it was cleaned away: none holds them, and they had no end.
		// From the telling on they have the usual time to be replaced.
		await sql`UPDATE sessions SET ends_at = last_used_at
			WHERE client_id LIKE 'lasting-token-%' AND ended_at IS NULL AND ends_at IS NULL
			AND NOT EXISTS (SELECT 1 FROM access_tokens WHERE access_tokens.session_id = sessions.id)`.execute(db);
	},
};
