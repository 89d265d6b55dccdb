import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
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
		makeDirectory(directory);
		return new DatabaseSync(join(directory, "lock"), { timeout: 0 });
	} catch (cause) {
		throw new DataDirectoryUnusable(`${directory} cannot be written`, { cause });
	}
}

/** Node's own `recursive` never returns where a parent is there and takes no folders, as in `/proc`. */
function makeDirectory(directory: string): void {
	if (existsSync(directory)) return;
	makeDirectory(dirname(directory));
	try {
		mkdirSync(directory, { mode: 0o700 });
	} catch (error) {
		// Made meanwhile, by another server that starts.
		if (!existsSync(directory)) throw error;
	}
}
