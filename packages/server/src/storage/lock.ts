import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Another server works on this data directory. */
export class DataDirectoryInUse extends Error {
	override readonly name = "DataDirectoryInUse";
}

/**
 * Takes the data directory for this process, until `release` or the process's end, however it ends: the operating
 * system frees the lock of a killed process. Two servers on one file would each keep half of what both must know.
 */
export function lockDirectory(directory: string): { release(): void } {
	const lock = new DatabaseSync(join(directory, "lock"), { timeout: 0 });
	try {
		lock.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE;");
	} catch (cause) {
		lock.close();
		throw new DataDirectoryInUse(`another server uses ${directory}`, { cause });
	}
	return { release: () => lock.close() };
}
