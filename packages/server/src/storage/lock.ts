import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Another server works on this data directory. */
export class DataDirectoryInUse extends Error {
	override readonly name = "DataDirectoryInUse";
}

/** The data directory cannot be made or written. */
export class DataDirectoryUnusable extends Error {
	override readonly name = "DataDirectoryUnusable";
}

/**
 * Takes the data directory for this process, until `release` or the process's end, however it ends: the operating
 * system frees the lock of a killed process. Two servers on one file would each keep half of what both must know.
 */
export function lockDirectory(directory: string): { release(): void } {
	const lock = openLockFile(directory);
	try {
		lock.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE;");
	} catch (cause) {
		lock.close();
		throw new DataDirectoryInUse(`another server uses ${directory}`, { cause });
	}
	return { release: () => lock.close() };
}

function openLockFile(directory: string): DatabaseSync {
	try {
		mkdirSync(directory, { recursive: true, mode: 0o700 });
		return new DatabaseSync(join(directory, "lock"), { timeout: 0 });
	} catch (cause) {
		throw new DataDirectoryUnusable(`${directory} cannot be written`, { cause });
	}
}
