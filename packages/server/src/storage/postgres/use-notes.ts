import type { Pool } from "pg";
import type { UseNotes } from "../../sessions/ports.ts";
import { answered } from "./answered.ts";
import { storable } from "./queries.ts";

/**
 * Writes notes of uses, all in one statement, which is a transaction of its own at READ COMMITTED. Rows are locked in
 * one order, so that servers which note at the same time are in no deadlock. A session that somebody has in hand is
 * passed over: it is being used, or ended.
 * @see docs/decisions/0133-lookups-and-notes-together.md
 */
export function createUseNotes(pool: Pool): UseNotes {
	return {
		async write({ tokens, sessions }) {
			const values = [
				tokens.map(({ hash }) => hash),
				tokens.map(({ at }) => at),
				sessions.map(({ sessionId }) => sessionId),
				sessions.map(({ at }) => at),
				sessions.map(({ address }) => storable(address ?? null)),
			];
			await answered(pool.query({ name: "note uses", text: note, values }));
		},
	};
}

/** The tokens come first, though they stand last: while somebody is waited for, no session is in hand. */
const note = `
	WITH last AS (
		SELECT session.id, asked.at, asked.address
		FROM unnest($3::text[], $4::bigint[], $5::text[]) AS asked (id, at, address)
		JOIN sessions AS session ON session.id = asked.id
		WHERE session.last_used_at <= asked.at
		FOR NO KEY UPDATE OF session SKIP LOCKED
	),
	touched AS (
		UPDATE sessions AS session
		SET last_used_at = last.at, last_address = coalesce(last.address, session.last_address)
		FROM last WHERE session.id = last.id AND session.last_used_at <= last.at
	),
	first AS (
		SELECT token.hash, asked.at FROM unnest($1::text[], $2::bigint[]) AS asked (hash, at)
		JOIN access_tokens AS token ON token.hash = asked.hash
		WHERE token.first_used_at IS NULL
		ORDER BY token.hash FOR NO KEY UPDATE OF token
	)
	UPDATE access_tokens AS token SET first_used_at = first.at
	FROM first WHERE token.hash = first.hash AND token.first_used_at IS NULL`;
