import { onDatabase } from "../../packages/server/test/support/postgres.ts";
import { parentOf } from "./processor.ts";

/** What a database did so far. */
export interface Counters {
	readonly statements: number;
	readonly commits: number;
	readonly rollbacks: number;
	readonly syncs: number;
	readonly walBytes: number;
}

const query = `
	SELECT
		(SELECT coalesce(sum(calls), 0)::float8 FROM pg_stat_statements
			WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())) AS statements,
		xact_commit::float8 AS commits, xact_rollback::float8 AS rollbacks,
		(SELECT wal_sync::float8 FROM pg_stat_wal) AS syncs,
		(pg_current_wal_insert_lsn() - '0/0')::float8 AS "walBytes"
	FROM pg_stat_database WHERE datname = current_database()`;

/** The process that started every other of this database's server. */
export async function startCounting(url: string): Promise<number | undefined> {
	return onDatabase(url, async (client) => {
		await client.query("CREATE EXTENSION pg_stat_statements");
		const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
		return parentOf(rows[0]?.pid ?? 0);
	});
}

/** What the database counts of itself. */
export async function readCounters(url: string): Promise<Counters> {
	// A backend tells of its commits and syncs at most once a second: of the last ones the next round hears.
	await new Promise((resolve) => setTimeout(resolve, 1_100));
	return onDatabase(url, async (client) => {
		const { rows } = await client.query<Counters>(query);
		const [counted] = rows;
		if (counted === undefined) throw new Error("the database does not know itself");
		return counted;
	});
}
