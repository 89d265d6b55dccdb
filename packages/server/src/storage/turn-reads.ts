import type { DatabaseSync } from "node:sqlite";
import { asUnavailable } from "./sqlite-unavailable.ts";

interface Waiting {
	run(): void;
	fail(error: unknown): void;
}

/**
 * Makes the reads that are asked for in one turn of the event loop together, at its end and in one transaction: to
 * take and drop SQLite's locks for each costs as much as the read itself. The transaction begins and ends within one
 * call that waits for nothing. So it keeps no other process from anything, and no read is older than its question:
 * whatever was committed before somebody asked, by whomever, is seen. A read that throws fails alone.
 */
export function createTurnReads(connection: DatabaseSync): <T>(read: () => T) => Promise<T> {
	const begin = connection.prepare("BEGIN");
	const commit = connection.prepare("COMMIT");
	let waiting: Waiting[] = [];

	function runAll(): void {
		const reads = waiting;
		waiting = [];
		try {
			begin.run();
			for (const read of reads) read.run();
			commit.run();
		} catch (error) {
			for (const read of reads) read.fail(asUnavailable(error));
			if (connection.isOpen && connection.isTransaction) connection.exec("ROLLBACK");
		}
	}

	return (read) =>
		new Promise((resolve, reject) => {
			const run = () => {
				try {
					resolve(read());
				} catch (error) {
					reject(asUnavailable(error));
				}
			};
			if (waiting.push({ run, fail: reject }) === 1) setImmediate(runAll);
		});
}
