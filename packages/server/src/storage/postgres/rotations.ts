import { hash } from "node:crypto";
import { StorageUnavailable } from "@countersign/core";
import { DatabaseError, type Pool, type PoolClient } from "pg";
import type { QuickRotation, QuickRotations, RotatedSession } from "../../sessions/ports.ts";
import { answered } from "./answered.ts";
import { createBatches } from "./batches.ts";
import { storable } from "./queries.ts";
import { turns } from "./writes.ts";

/** While one statement waits for the disk, another one is carried out. */
const lanes = 2;
const atMost = 64;

/**
 * Rotates refresh tokens, several in one statement, which is a transaction of its own at READ COMMITTED. It waits for no
 * row: whoever else has one of these tokens or sessions in hand makes it pass that one over. So it is in no deadlock,
 * and what it decides by is what it has locked. What speaks against a rotation is written nowhere else than here and in
 * `sessions/refresh.ts`, which decides about everything that this passes over.
 * @see docs/decisions/0132-a-refresh-is-one-statement.md
 */
export function createRotations(pool: Pool, onError: (error: unknown) => void): QuickRotations {
	const rotate = createBatches<QuickRotation, RotatedSession | undefined>(
		{ lanes, atMost },
		async (asked) => {
			const client = await connectionOf(pool);
			if (client === undefined) return asked.map(() => undefined);
			let isBroken = true;
			try {
				const { rows } = await answered(
					client.query<Row>({ name: "rotate", text: statement, values: valuesOf(asked) }),
				);
				isBroken = false;
				const rotated = new Map(rows.map(({ access, ...session }) => [access, session]));
				return asked.map(({ access }) => rotated.get(access));
			} catch (error) {
				if (error instanceof StorageUnavailable) throw error;
				onError(error);
				// Nothing has happened, because of one of them. Each by itself finds out whether it is the one.
				return asked.map(() => undefined);
			} finally {
				client.release(isBroken);
			}
		},
	);
	return { rotate };
}

/**
 * Undefined where PostgreSQL lets nobody else in just now: nothing was sent, and units of work have connections already.
 * Throws `StorageUnavailable` where nobody answers: they would only wait as long again.
 */
async function connectionOf(pool: Pool): Promise<PoolClient | undefined> {
	try {
		return await pool.connect();
	} catch (cause) {
		if (cause instanceof DatabaseError) return undefined;
		throw new StorageUnavailable("the database does not answer", { cause });
	}
}

interface Row extends RotatedSession {
	readonly access: string;
}

const setting: QuickRotation["keys"]["setting"] = "successor-keys";

function valuesOf(asked: readonly QuickRotation[]): unknown[] {
	const each = <T>(of: (one: QuickRotation) => T) => asked.map(of);
	// Now, not when they were asked for: who has waited gets a token for as long as they are told.
	const timed = asked.map(({ clock, accessSeconds }) => ({ at: clock(), accessSeconds }));
	return [
		each((one) => one.hash),
		each((one) => storable(one.clientId)),
		each((one) => one.successor),
		each((one) => one.access),
		timed.map(({ at }) => at),
		timed.map(({ at, accessSeconds }) => at + accessSeconds * 1_000),
		each((one) => storable(one.address ?? null)),
		// By their digest: what a statement is given may stand in the database's log.
		each(({ keys: { value } }) => (value === undefined ? null : hash("sha256", value, "hex"))),
		setting,
		Math.min(...each((one) => one.keepAccess)),
	];
}

/**
 * `turn` is empty, and locks its table as every unit of work does: who has lost too often runs alone.
 * `held` are tokens against which nothing speaks, locked with their sessions. What is said of them after `IS TRUE` no
 * index is looked for by: the one of sessions that have not ended names all of them.
 */
const statement = `
	WITH turn AS (SELECT FROM ${turns} FOR KEY SHARE),
	held AS (
		SELECT asked.hash, asked.successor, asked.access, asked.at, asked.expires_at, asked.address,
			session.id AS session_id, session.account_id, session.scope
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[])
			AS asked (hash, client_id, successor, access, at, expires_at, address, keys)
		JOIN refresh_tokens AS token ON token.hash = asked.hash
		JOIN sessions AS session ON session.id = token.session_id
		JOIN accounts AS account ON account.id = session.account_id
		WHERE (token.consumed_at IS NULL) IS TRUE AND token.sibling IS NULL
			AND (session.ended_at IS NULL) IS TRUE AND (session.client_id = asked.client_id) IS TRUE
			AND account.locked_at IS NULL AND account.deactivated_at IS NULL
			AND asked.keys IS NOT DISTINCT FROM (
				SELECT encode(sha256(convert_to(value, 'UTF8')), 'hex') FROM settings WHERE name = $9
			)
			AND (
				SELECT count(*) FROM reset_requests AS request WHERE request.session_id = session.id
					AND request.state IN ('approved', 'spending') AND request.only_token IS NOT NULL
			) = 0
			AND NOT EXISTS (SELECT FROM turn)
		FOR NO KEY UPDATE OF token, session SKIP LOCKED
	),
	consumed AS (
		UPDATE refresh_tokens AS token SET consumed_at = held.at FROM held
		WHERE token.hash = held.hash AND token.consumed_at IS NULL
		RETURNING held.*
	),
	followed AS (
		INSERT INTO refresh_tokens (hash, session_id, created_at)
		SELECT successor, session_id, at FROM consumed
	),
	opened AS (
		INSERT INTO access_tokens (hash, session_id, refresh_hash, created_at, expires_at)
		SELECT access, session_id, successor, at, expires_at FROM consumed
	),
	-- The new one is not seen here, and comes first. Those that were not cleaned away for a lock are next time.
	kept AS (
		DELETE FROM access_tokens WHERE hash IN (
			SELECT surplus.hash FROM consumed
			CROSS JOIN LATERAL (
				SELECT hash FROM access_tokens WHERE session_id = consumed.session_id
				ORDER BY
					CASE WHEN expires_at <= consumed.at THEN 3 WHEN first_used_at IS NOT NULL THEN 1 ELSE 2 END,
					created_at DESC, hash
				OFFSET $10::bigint - 1
			) AS beyond
			JOIN access_tokens AS surplus ON surplus.hash = beyond.hash
			FOR UPDATE OF surplus SKIP LOCKED
		)
	),
	touched AS (
		UPDATE sessions AS session SET
			last_used_at = greatest(session.last_used_at, consumed.at),
			last_address = CASE WHEN session.last_used_at <= consumed.at
				THEN coalesce(consumed.address, session.last_address) ELSE session.last_address END
		FROM consumed WHERE session.id = consumed.session_id
	)
	SELECT access, session_id AS "sessionId", account_id AS "accountId", scope FROM consumed`;
