import type { AccountId } from "@countersign/core";
import { Pool, type PoolClient } from "pg";
import { createTurns } from "../turns.ts";
import { answered } from "./answered.ts";
import { type Lines, patienceMs } from "./pool.ts";

/** So many accounts at most have a turn at once at this server: each holds a connection for as long. */
const connections = 4;
/** Any number, as long as it is always this one: under it the locks are ours. */
const lockSpace = 482_173;

/**
 * Turns that hold across all servers on one database, by locks that end with the connection: a server that dies lets
 * go of them.
 */
export function createSharedTurns(lines: Lines, onError: (error: unknown) => void) {
	const pool = new Pool({ ...lines.options, max: connections, statement_timeout: patienceMs });
	pool.on("error", onError);
	const here = createTurns();
	const alone = async <T>(accountId: AccountId, work: () => Promise<T>): Promise<T> => {
		const client = await answered(pool.connect());
		// A connection that breaks meanwhile fails at the end; nobody else needs to hear of it.
		const ignore = () => {};
		client.on("error", ignore);
		let isBroken = true;
		try {
			await answered(client.query("SELECT pg_advisory_lock($1, hashtext($2))", [lockSpace, accountId]));
			const result = await work();
			isBroken = !(await letGo(client, accountId));
			return result;
		} finally {
			client.off("error", ignore);
			client.release(isBroken);
		}
	};
	return {
		exclusively: <T>(accountId: AccountId, work: () => Promise<T>) =>
			here(accountId, () => alone(accountId, work)),
		close: () => pool.end(),
	};
}

/** What was done is done, also where nobody answers any more. */
async function letGo(client: PoolClient, accountId: AccountId): Promise<boolean> {
	try {
		await client.query("SELECT pg_advisory_unlock($1, hashtext($2))", [lockSpace, accountId]);
		return true;
	} catch {
		return false;
	}
}
