import { accessSync, constants, existsSync, statSync } from "node:fs";
import { join } from "node:path";

/** The folder of the data, or a file in it, cannot be read and written. The message is for the operator: which, why, what to do. */
export class DataDirectoryUnusable extends Error {
	override readonly name = "DataDirectoryUnusable";
}

const files = ["", "lock", "countersign.db", "countersign.db-wal", "countersign.db-shm"];

/** Throws `DataDirectoryUnusable` where something of the data that is there already cannot be written by this process. */
export function checkWritable(directory: string): void {
	for (const path of files.map((file) => join(directory, file)).filter((each) => existsSync(each))) {
		try {
			accessSync(path, constants.R_OK | constants.W_OK);
		} catch (cause) {
			throw asUnusable(path, cause);
		}
	}
}

/** What went wrong at that path, in words. SQLite itself says only that it cannot open something. */
export function asUnusable(path: string, cause: unknown): DataDirectoryUnusable {
	return new DataDirectoryUnusable(`${path} cannot be written: ${reasonOf(path, cause)}`, { cause });
}

function reasonOf(path: string, cause: unknown): string {
	const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
	if (code === "EROFS") return "its file system is read-only. Make it writable, or put the data elsewhere.";
	if (code === "ENOTDIR") return "a file is in the way. Name a folder.";
	const found = statSync(path, { throwIfNoEntry: false });
	const me = process.geteuid?.();
	if (found !== undefined && me !== undefined && found.uid !== me)
		return `it belongs to the user with the number ${found.uid}, and this is the user with the number ${me}. Give it over: chown ${me} ${path}`;
	return "change its owner or permissions, or put the data elsewhere.";
}
