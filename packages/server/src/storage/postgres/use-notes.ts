import { StorageUnavailable } from "@countersign/core";
import type { Pool } from "pg";
import type { UseNotes } from "../../sessions/ports.ts";
import { answered } from "./answered.ts";
import { storable } from "./queries.ts";
import { turns } from "./writes.ts";

/**
 * Writes notes of uses, all in one statement, which is a transaction of its own at READ COMMITTED. It waits for no row,
 * so it is in no deadlock and keeps its connection from nobody: a session or token that somebody has in hand is passed
 * over.
 * @param onError told of a statement that fails, once until one succeeds: nobody else waits for it
 * @see docs/decisions/0133-lookups-and-notes-together.md
 */
export function createUseNotes(pool: Pool, onError: (error: unknown) => void): UseNotes {
	let isTold = false;
	return {
		async write({ tokens, sessions }) {
			const values = [
				tokens.map(({ hash }) => hash),
				tokens.map(({ at }) => at),
				sessions.map(({ sessionId }) => sessionId),
				sessions.map(({ at }) => at),
				sessions.map(({ address }) => storable(address ?? null)),
			];
			try {
				const { rows } = await answered(
					pool.query<{ hash: string }>({ name: "note uses", text: note, values }),
				);
				isTold = false;
				return rows.map(({ hash }) => hash);
			} catch (error) {
				if (!(error instanceof StorageUnavailable || isTold)) onError(error);
				isTold = true;
				throw error;
			}
		},
	};
}

/**
 * `turn` is empty, and locks its table as every unit of work does: who has lost too often runs alone. What is answered
 * are tokens that were passed over, and perhaps some that were noted by somebody else in this moment.
 */
const note = `
	WITH turn AS (SELECT FROM ${turns} FOR KEY SHARE),
	last AS (
		SELECT session.id, asked.at, asked.address
		FROM unnest($3::text[], $4::bigint[], $5::text[]) AS asked (id, at, address)
		JOIN sessions AS session ON session.id = asked.id
		WHERE session.last_used_at <= asked.at AND NOT EXISTS (SELECT FROM turn)
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
		WHERE token.first_used_at IS NULL AND NOT EXISTS (SELECT FROM turn)
		FOR NO KEY UPDATE OF token SKIP LOCKED
	),
	noted AS (
		UPDATE access_tokens AS token SET first_used_at = first.at
		FROM first WHERE token.hash = first.hash AND token.first_used_at IS NULL
		RETURNING token.hash
	)
	SELECT token.hash FROM unnest($1::text[]) AS asked (hash)
	JOIN access_tokens AS token ON token.hash = asked.hash
	WHERE token.first_used_at IS NULL AND token.hash NOT IN (SELECT hash FROM noted)`;
