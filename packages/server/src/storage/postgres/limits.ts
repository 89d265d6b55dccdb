import { DatabaseError, type QueryConfig } from "pg";
import { RateLimiterPostgres } from "rate-limiter-flexible";
import type { NewRateLimiter } from "../../limits/ports.ts";
import { answered } from "./answered.ts";
import { createBatches } from "./batches.ts";
import { type Lines, openPool, ourSettings, patienceMs } from "./pool.ts";

export const limitsTable = "attempts";

/** So many at most, so that a flood of attempts leaves the other connections to people who are signed in. */
const connections = 2;
const atMost = 64;

/** Counts attempts where all servers on one database see them. What expired an hour ago is deleted now and then. */
export function createSharedLimits(lines: Lines, onError: (error: unknown) => void) {
	const session = `${ourSettings}; SET statement_timeout = ${patienceMs}`;
	const pool = openPool(lines, onError, { max: connections, session });
	// The pool closes a connection on which something failed by itself.
	const query = (statement: QueryConfig) => answered(pool.query(statement));
	const count = createBatches<Counting, Counted>({ lanes: connections, atMost }, (asked) =>
		countAll(asked, (statement) => afterDeadlock(() => query(statement))),
	);
	const storeClient = {
		query: async (statement: QueryConfig) =>
			statement.name === counting ? { rows: [await count(countingOf(statement))] } : query(statement),
	};
	let cleansUp = false;
	const newRateLimiter: NewRateLimiter = (limit) => {
		const clearExpiredByTimeout = !cleansUp;
		cleansUp = true;
		const table = { tableName: limitsTable, tableCreated: true, clearExpiredByTimeout };
		return new RateLimiterPostgres({ ...limit, ...table, storeClient, storeType: "pool" });
	};
	return { newRateLimiter, close: () => pool.end() };
}

/** What the library calls the statement that counts, which is the only one for each attempt. */
const counting = `${limitsTable}:rlflx-upsert`;

/** So many points more under a key, until then where there are none, or none that still count now. */
interface Counting {
	readonly key: string;
	readonly points: number;
	readonly expire: number;
	readonly now: number;
}

interface Counted {
	readonly key: string;
	readonly points: number;
	readonly expire: number;
}

function countingOf({ values }: QueryConfig): Counting {
	const [key, points, expire, now] = values as readonly unknown[] as readonly [
		string,
		number,
		number,
		number,
	];
	return { key, points, expire, now };
}

/** Those that count together are one statement, but for those that count under the same key, of which it takes one. */
async function countAll(
	asked: readonly Counting[],
	query: (statement: QueryConfig) => Promise<{ readonly rows: readonly unknown[] }>,
): Promise<readonly Counted[]> {
	const answers = new Map<Counting, Counted>();
	let rest = asked;
	while (rest.length > 0) {
		const together = new Map(rest.toReversed().map((one) => [one.key, one]));
		const some = [...together.values()];
		const values = [
			some.map(({ key }) => key),
			some.map(({ points }) => points),
			some.map(({ expire }) => expire),
			Math.max(...some.map(({ now }) => now)),
		];
		const { rows } = await query({ name: "count attempts", text: statement, values });
		for (const row of rows as readonly Counted[]) {
			const one = together.get(row.key);
			if (one !== undefined) answers.set(one, row);
		}
		rest = rest.filter((one) => together.get(one.key) !== one);
	}
	return asked.map((one) => {
		const answer = answers.get(one);
		if (answer === undefined) throw new Error("an attempt was not counted");
		return answer;
	});
}

/** The library deletes in an order of its own, and who counts may be the one that gives way. Then nothing was counted. */
async function afterDeadlock<T>(ask: () => Promise<T>): Promise<T> {
	try {
		return await ask();
	} catch (error) {
		if (error instanceof DatabaseError && error.code === deadlock) return ask();
		throw error;
	}
}

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const deadlock = "40P01";

/** In one order at every server, so that of two that count under the same keys one waits, and neither for the other. */
const statement = `
	INSERT INTO ${limitsTable} AS counted (key, points, expire)
	SELECT key, points, expire FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS asked (key, points, expire)
	ORDER BY key
	ON CONFLICT (key) DO UPDATE SET
		points = CASE WHEN counted.expire <= $4 THEN excluded.points ELSE counted.points + excluded.points END,
		expire = CASE WHEN counted.expire <= $4 THEN excluded.expire ELSE counted.expire END
	RETURNING key, points, expire`;
