import type { DatabaseSync } from "node:sqlite";
import { StorageUnavailable } from "@countersign/core";
import { asUnavailable } from "./sqlite-unavailable.ts";

/** How many units share one commit at most, so that the first of them does not wait for ever. */
const unitsPerCommit = 128;

interface Waiting {
	run(): Promise<void>;
	settle(failure?: Error): void;
}

/**
 * Serialises units of work on one connection and lets those that arrive together share one commit.
 *
 * A unit resolves only after the commit that holds it has reached the disk. A unit that throws is rolled back to
 * its own savepoint and harms no other. Inside a unit nothing but this connection may be awaited: everybody waits.
 */
export function createGroupCommit(connection: DatabaseSync) {
	const queue: Waiting[] = [];
	let draining: Promise<void> | undefined;

	async function drain(): Promise<void> {
		// Requests parsed in the same turn of the event loop join this commit.
		await new Promise((resume) => setImmediate(resume));
		while (queue.length > 0) {
			await commitTogether(queue.splice(0, unitsPerCommit));
		}
		draining = undefined;
	}

	async function commitTogether(units: readonly Waiting[]): Promise<void> {
		try {
			connection.exec("BEGIN IMMEDIATE");
			for (const unit of units) {
				await unit.run();
			}
			connection.exec("COMMIT");
		} catch (cause) {
			const failure = failureOf(cause);
			rollBack(failure);
			for (const unit of units) {
				unit.settle(failure);
			}
			return;
		}
		for (const unit of units) {
			unit.settle();
		}
	}

	/** Leaves nothing open for the next commit to inherit. What fails here is said beside the cause, not instead of it. */
	function rollBack(failure: Error): void {
		try {
			if (connection.isTransaction) connection.exec("ROLLBACK");
		} catch (second) {
			failure.message += `, and could not take it back: ${String(second)}`;
		}
	}

	return {
		/** Runs the unit in a transaction; resolves with its value once it is on disk, rejects with what it threw. */
		write<T>(work: () => Promise<T>): Promise<T> {
			return new Promise<T>((resolve, reject) => {
				let outcome: { ok: true; value: T } | { ok: false; thrown: unknown } | undefined;
				queue.push({
					async run() {
						connection.exec("SAVEPOINT unit");
						try {
							outcome = { ok: true, value: await work() };
						} catch (thrown) {
							outcome = { ok: false, thrown: asUnavailable(thrown) };
							// Throws where a full disk made SQLite take back the whole transaction: then every unit has failed.
							connection.exec("ROLLBACK TO unit");
						}
						connection.exec("RELEASE unit");
					},
					settle(failure) {
						if (outcome === undefined || (failure !== undefined && outcome.ok)) {
							reject(failure);
						} else if (outcome.ok) {
							resolve(outcome.value);
						} else {
							reject(outcome.thrown);
						}
					},
				});
				draining ??= drain();
			});
		},

		/** Resolves when every unit accepted so far has been settled. */
		async settled(): Promise<void> {
			await draining;
		},
	};
}

function failureOf(cause: unknown): Error {
	const isAway = asUnavailable(cause) instanceof StorageUnavailable;
	return new (isAway ? StorageUnavailable : Error)("the database did not take the write", { cause });
}
