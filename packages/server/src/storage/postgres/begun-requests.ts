import type { Pool } from "pg";
import type { BegunRequests } from "../../authorization/ports.ts";
import { answered } from "./answered.ts";
import { createBatches } from "./batches.ts";

type Begun = Parameters<BegunRequests["add"]>[0];

/** One connection at most, whoever begins how much: those beside it are for refreshes of people who are signed in. */
const lanes = 1;
const atMost = 64;

/**
 * Notes requests of apps, several in one statement, which is a transaction of its own at READ COMMITTED. Each row is of an
 * id that was drawn for it, so that no unit of work can have looked for it, none loses to it, and no two are the same; and
 * its text is JSON, in which there is nothing that PostgreSQL has no place for. So nobody's fails another's.
 */
export function createBegunRequests(pool: Pool): BegunRequests {
	const add = createBatches<Begun, undefined>({ lanes, atMost }, async (asked) => {
		const values = [
			asked.map(({ kind }) => kind),
			asked.map(({ idHash }) => idHash),
			asked.map(({ payload }) => payload),
			asked.map(({ expiresAt }) => expiresAt),
		];
		await answered(pool.query({ name: "begin requests", text: insert, values }));
		return asked.map(() => undefined);
	});
	return { add };
}

const insert = `
	INSERT INTO engine_records (kind, id_hash, payload, expires_at)
	SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])`;
