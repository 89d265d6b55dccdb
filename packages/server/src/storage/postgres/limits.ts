import { Pool } from "pg";
import { RateLimiterPostgres } from "rate-limiter-flexible";
import type { NewRateLimiter } from "../../people/ports.ts";
import { connectionTo } from "./pool.ts";

export const limitsTable = "attempts";

/** So many at most, so that a flood of attempts leaves the other connections to people who are signed in. */
const connections = 2;

/** Counts attempts where all servers on one database see them. What expired an hour ago is deleted now and then. */
export function createSharedLimits(url: string, onError: (error: unknown) => void) {
	const pool = new Pool({ ...connectionTo(url), max: connections, statement_timeout: 10_000 });
	pool.on("error", onError);
	let cleansUp = false;
	const newRateLimiter: NewRateLimiter = (limit) => {
		const clearExpiredByTimeout = !cleansUp;
		cleansUp = true;
		const table = { tableName: limitsTable, tableCreated: true, clearExpiredByTimeout };
		return new RateLimiterPostgres({ ...limit, ...table, storeClient: pool, storeType: "pool" });
	};
	return { newRateLimiter, close: () => pool.end() };
}
