import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { asUnusable, checkWritable } from "./unusable.ts";

/** Another server works on this data directory. */
export class DataDirectoryInUse extends Error {
	override readonly name = "DataDirectoryInUse";
}

/** A connection to which nothing refers is closed when memory is cleared, and its lock would be gone. */
const held = new Set<DatabaseSync>();

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
		if (!isBusy(cause)) throw asUnusable(join(directory, "lock"), cause);
		throw new DataDirectoryInUse(`another server uses ${directory}`, { cause });
	}
	held.add(lock);
	return {
		release() {
			lock.close();
			held.delete(lock);
		},
	};
}

function openLockFile(directory: string): DatabaseSync {
	try {
		makeDirectory(directory);
	} catch (cause) {
		throw asUnusable(directory, cause);
	}
	checkWritable(directory);
	const file = join(directory, "lock");
	try {
		// SQLite makes it open to everybody.
		closeSync(openSync(file, "a", 0o600));
		chmodSync(file, 0o600);
		return new DatabaseSync(file, { timeout: 0 });
	} catch (cause) {
		throw asUnusable(directory, cause);
	}
}

/** SQLITE_BUSY: somebody else has it. Whatever else fails is no other server. */
function isBusy(error: unknown): boolean {
	return error instanceof Error && "errcode" in error && error.errcode === 5;
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
