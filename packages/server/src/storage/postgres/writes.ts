import { type AccountId, StorageUnavailable } from "@countersign/core";
import { DatabaseError, type Pool, type PoolClient } from "pg";
import type { StorageSettings } from "../homeserver-kind.ts";
import type { Queries } from "../prepared.ts";
import { createUnit, type Unit } from "../unit.ts";
import { answered } from "./answered.ts";
import { queriesOn } from "./queries.ts";
import type { StatementNames } from "./statement-names.ts";

/**
 * How often a unit of work is tried, and beside whom: first beside everybody; when that fails for somebody else's
 * commit, with the others that failed one after another; at last alone, so that everybody gets done.
 */
const tries = ["ROW SHARE", "SHARE ROW EXCLUSIVE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "EXCLUSIVE"] as const;

/** The table that is locked for it. It stays empty. */
export const turns = "write_turns";

/** What PostgreSQL says when two transactions could not both have seen what they saw. */
const conflicts = new Set([
	"40001", // serialization_failure
	"40P01", // deadlock_detected
	"23505", // unique_violation: found before the conflict that explains it
]);

/**
 * Runs units of work, each in a serialisable transaction of its own: the outcome is as if they had run one after
 * another, on however many servers. A unit that loses is rolled back and run again from its beginning; nothing but
 * the database may know of the earlier try. What has been sent to be committed is not tried again, for nobody knows
 * then whether it was.
 * @see https://www.postgresql.org/docs/current/transaction-iso.html#XACT-SERIALIZABLE
 */
export function createWrites(
	pool: Pool,
	nameOf: StatementNames,
	{
		settings,
		committed,
	}: {
		readonly settings: StorageSettings;
		/** Told after each commit whom it concerned; of one that failed too, for of some nobody knows. */
		readonly committed: (changed: ReadonlySet<AccountId>) => void;
	},
) {
	const workers = new WeakMap<PoolClient, Worker>();

	async function run<T>(work: (unit: Unit) => Promise<T>, lock: (typeof tries)[number]): Promise<T> {
		const client = await answered(pool.connect());
		let isBroken = false;
		try {
			const worker = workers.get(client) ?? createWorker(queriesOn(client, nameOf), settings);
			workers.set(client, worker);
			worker.changed.clear();
			// One message: the lock comes before the transaction looks at anything.
			await answered(
				client.query(`BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE; LOCK TABLE ${turns} IN ${lock} MODE`),
			);
			const result = await work(worker.unit);
			const { command } = await answered(client.query("COMMIT")).finally(() => committed(worker.changed));
			if (command !== "COMMIT") throw new Error("a statement of the unit had failed before its commit");
			return result;
		} catch (error) {
			// Who has not answered would not answer this either. PostgreSQL takes back what a connection leaves open.
			isBroken = error instanceof StorageUnavailable || !(await rollBack(client));
			throw error;
		} finally {
			client.release(isBroken);
		}
	}

	return async function write<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
		for (const lock of tries.slice(0, -1)) {
			try {
				return await run(work, lock);
			} catch (error) {
				if (!isConflict(error)) throw error;
			}
		}
		return run(work, "EXCLUSIVE");
	};
}

/** Whether the connection is as good as new. */
function rollBack(client: PoolClient): Promise<boolean> {
	return client.query("ROLLBACK").then(
		() => true,
		() => false,
	);
}

/** A connection's repositories, and whom the unit of work that runs on it concerns. */
interface Worker {
	readonly unit: Unit;
	readonly changed: Set<AccountId>;
}

function createWorker(queries: Queries, settings: StorageSettings): Worker {
	const changed = new Set<AccountId>();
	return { changed, unit: createUnit(queries, settings, (accountId) => changed.add(accountId)) };
}

function isConflict(error: unknown): boolean {
	return error instanceof DatabaseError && error.code !== undefined && conflicts.has(error.code);
}
