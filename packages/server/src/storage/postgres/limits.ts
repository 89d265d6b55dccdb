import type { QueryConfig } from "pg";
import { RateLimiterPostgres } from "rate-limiter-flexible";
import type { NewRateLimiter } from "../../limits/ports.ts";
import { answered } from "./answered.ts";
import { type Lines, openPool, ourTransactions, patienceMs } from "./pool.ts";

export const limitsTable = "attempts";

/** So many at most, so that a flood of attempts leaves the other connections to people who are signed in. */
const connections = 2;

/** Counts attempts where all servers on one database see them. What expired an hour ago is deleted now and then. */
export function createSharedLimits(lines: Lines, onError: (error: unknown) => void) {
	const session = `${ourTransactions}; SET statement_timeout = ${patienceMs}`;
	const pool = openPool(lines, onError, { max: connections, session });
	// The pool closes a connection on which something failed by itself.
	const storeClient = { query: (statement: QueryConfig) => answered(pool.query(statement)) };
	let cleansUp = false;
	const newRateLimiter: NewRateLimiter = (limit) => {
		const clearExpiredByTimeout = !cleansUp;
		cleansUp = true;
		const table = { tableName: limitsTable, tableCreated: true, clearExpiredByTimeout };
		return new RateLimiterPostgres({ ...limit, ...table, storeClient, storeType: "pool" });
	};
	return { newRateLimiter, close: () => pool.end() };
}
