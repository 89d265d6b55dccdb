import { type Kysely, sql } from "kysely";
import type { Slices } from "../jobs/ports.ts";
import { rowsPerLook } from "./batch.ts";
import type { Database } from "./database.ts";

/** By which time clean-up goes through these; each has an index. */
const times = {
	"access tokens": ["access_tokens", "expires_at"],
	"refresh tokens": ["refresh_tokens", "consumed_at"],
	sessions: ["sessions", "ended_at"],
	devices: ["devices", "created_at"],
	clients: ["clients", "last_used_at"],
} as const satisfies Readonly<Record<string, readonly [table: keyof Database, column: string]>>;

export type Sliced = keyof typeof times;

/** @see Slices */
export function createSlices(db: Kysely<Database>): Slices<Sliced> {
	return {
		async end(what, { since, before }) {
			const [table, column] = times[what];
			const at = sql.ref(column);
			const query = sql<{ at: number }>`SELECT ${at} AS at FROM ${sql.table(table)}
				WHERE ${at} >= ${since} AND ${at} < ${before} ORDER BY ${at} LIMIT 1 OFFSET ${rowsPerLook}`;
			const [row] = (await query.execute(db)).rows;
			// Rows of one millisecond are looked at together, however many there are: it has to go on.
			return row === undefined ? before : Math.max(row.at, since + 1);
		},
	};
}
