import { Client } from "pg";
import type { HomeserverKind } from "../homeserver-kind.ts";
import { migrate } from "../migrations/run.ts";
import type { Storage } from "../storage.ts";
import { createUnit } from "../unit.ts";
import { createSharedLimits, limitsTable } from "./limits.ts";
import { openNotices } from "./notices.ts";
import { connectionTo, createLines, openPool, patienceMs } from "./pool.ts";
import { queriesOf, queriesOn } from "./queries.ts";
import { createStatementNames } from "./statement-names.ts";
import { createWrites, turns } from "./writes.ts";

/** The database cannot be reached, or does not let us in. The message is for the operator, and holds no password. */
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
export async function openPostgres(
	url: string,
	onError: (error: unknown) => void,
	homeserver: HomeserverKind = "embedded",
): Promise<Storage> {
	await upgrade(url);
	const lines = createLines(url);
	let isClosing = false;
	const onBroken = (error: unknown) => {
		if (!isClosing) onError(error);
	};
	const pool = openPool(lines, onBroken);
	const limits = createSharedLimits(lines, onBroken);
	const notices = await openNotices(lines, onBroken);
	const nameOf = createStatementNames();
	const write = createWrites(pool, nameOf, homeserver);
	const running = new Set<Promise<unknown>>();
	return {
		read: createUnit(queriesOf(pool, nameOf), homeserver, () => {}),
		write(work) {
			const done = write(work);
			const settled = done.catch(() => {}).finally(() => running.delete(settled));
			running.add(settled);
			return done;
		},
		watch: notices.watch,
		newRateLimiter: limits.newRateLimiter,
		async close(giveUp = AbortSignal.timeout(patienceMs)) {
			const finish = async () => {
				await Promise.all(running);
				await Promise.all([notices.close(), limits.close(), pool.end()]);
			};
			await Promise.race([finish(), aborted(giveUp)]);
			isClosing = true;
			// Goodbyes that nobody hears would keep the process.
			lines.cut();
		},
	};
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve(), { once: true });
	});
}

/** One server after another: the second finds the work done. */
async function upgrade(url: string): Promise<void> {
	const client = await firstConnection(url);
	try {
		await client.query("SELECT pg_advisory_lock($1)", [upgradeLock]);
		await migrate(queriesOn(client, createStatementNames()).db);
		await client.query(ownTables);
	} finally {
		await client.end();
	}
}

async function firstConnection(url: string): Promise<Client> {
	try {
		const client = new Client(connectionTo(url));
		await client.connect();
		return client;
	} catch (cause) {
		throw new DatabaseUnavailable(reasonOf(cause), { cause });
	}
}

/** The code alone: words about a URL that was taken apart wrongly can hold a piece of its password. */
function reasonOf(error: unknown): string {
	const code = error instanceof Error && ("code" in error ? String(error.code) : error.name);
	return `The database of the settings cannot be used: ${reasons[String(code)] ?? code}.`;
}

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const reasons: Readonly<Record<string, string>> = {
	Error: "it does not answer",
	ERR_INVALID_URL: "its URL cannot be read; in a password, / ? # are written %2F %3F %23",
	ENOENT: "a file or socket that its URL names is not there",
	ENOTFOUND: "there is no such host",
	ECONNREFUSED: "nobody answers at that host and port",
	"28P01": "it refuses this user or password",
	"28000": "it refuses this user from here",
	"3D000": "there is no such database",
	"53300": "it has no connection left",
};
