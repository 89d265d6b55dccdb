import { Client } from "pg";
import { migrate } from "../migrations/run.ts";
import type { Storage } from "../storage.ts";
import { createUnit } from "../unit.ts";
import { createSharedLimits, limitsTable } from "./limits.ts";
import { openNotices } from "./notices.ts";
import { connectionTo, openPool } from "./pool.ts";
import { queriesOf, queriesOn } from "./queries.ts";
import { createWrites, turns } from "./writes.ts";

/** The database cannot be reached, or does not let us in. */
export class DatabaseUnavailable extends Error {
	override readonly name = "DatabaseUnavailable";
}

/** Any number, as long as it is always this one. */
const upgradeLock = 4_821_735_002;

/** What this dialect needs beside the migrations: the turns of units of work, and attempts, which may be lost. */
const ownTables = `
	CREATE TABLE IF NOT EXISTS ${turns} ();
	CREATE UNLOGGED TABLE IF NOT EXISTS ${limitsTable} (
		key text PRIMARY KEY, points integer NOT NULL, expire bigint
	)`;

/**
 * Opens the database at this `postgres://` URL, creating and upgrading the tables as needed. Any number of servers
 * may work on it side by side. Connections that break are replaced; what runs on one fails, and can be tried again.
 * Throws `DatabaseUnavailable` when it cannot be reached.
 * @param onError told of broken connections that nobody was using
 */
export async function openPostgres(url: string, onError: (error: unknown) => void): Promise<Storage> {
	await upgrade(url);
	const pool = openPool(url, onError);
	const limits = createSharedLimits(url, onError);
	const notices = await openNotices(url, onError);
	const write = createWrites(pool);
	const running = new Set<Promise<unknown>>();
	return {
		read: createUnit(queriesOf(pool), () => {}),
		write(work) {
			const done = write(work);
			const settled = done.catch(() => {}).finally(() => running.delete(settled));
			running.add(settled);
			return done;
		},
		watch: notices.watch,
		newRateLimiter: limits.newRateLimiter,
		async close() {
			await Promise.all(running);
			await notices.close();
			await limits.close();
			await pool.end();
		},
	};
}

/** One server after another: the second finds the work done. */
async function upgrade(url: string): Promise<void> {
	const client = new Client(connectionTo(url));
	try {
		await client.connect();
	} catch (cause) {
		// The URL stays out of it: it holds a password.
		throw new DatabaseUnavailable("the database cannot be reached", { cause });
	}
	try {
		await client.query("SELECT pg_advisory_lock($1)", [upgradeLock]);
		await migrate(queriesOn(client).db);
		await client.query(ownTables);
	} finally {
		await client.end();
	}
}
