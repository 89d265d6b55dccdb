import { existsSync } from "node:fs";
import { join } from "node:path";
import { namingDamage } from "./damaged.ts";
import type { StorageSettings } from "./homeserver-kind.ts";
import { DataDirectoryInUse, lockDirectory } from "./lock.ts";
import { areAll } from "./migrations/run.ts";
import { openSqlite } from "./open.ts";
import { connect } from "./sqlite.ts";
import type { Storage } from "./storage.ts";

/** No server was ever started on this data directory. */
export class NoData extends Error {
	override readonly name = "NoData";
}

/** The server that runs on this data directory is of another version. */
export class OtherVersionRuns extends Error {
	override readonly name = "OtherVersionRuns";
}

/**
 * Opens the database of an existing data directory for a command that works beside the server, if one runs. The file
 * serialises the writers of both, so the directory is not taken for longer than upgrading needs, and it is upgraded
 * only while nobody else uses it: a server must not find its tables changed.
 */
export async function openSqliteBeside(
	directory: string,
	settings: StorageSettings = { homeserver: "embedded" },
): Promise<Storage> {
	const file = databaseFile(directory);
	const lock = lockIfFree(directory);
	try {
		if (lock === undefined && !(await namingDamage(file, async () => isUpToDate(file))))
			throw new OtherVersionRuns("the running server has other tables");
		return await openSqlite(directory, settings);
	} finally {
		lock?.release();
	}
}

/** The database file of a data directory. Throws `NoData` where there is none. */
export function databaseFile(directory: string): string {
	const file = join(directory, "countersign.db");
	if (!existsSync(file)) throw new NoData(`there are no data in ${directory}`);
	return file;
}

function lockIfFree(directory: string): ReturnType<typeof lockDirectory> | undefined {
	try {
		return lockDirectory(directory);
	} catch (error) {
		if (error instanceof DataDirectoryInUse) return undefined;
		throw error;
	}
}

function isUpToDate(file: string): boolean {
	const connection = connect(file, true);
	try {
		return areAll(connection.prepare("SELECT name FROM kysely_migration").all());
	} finally {
		connection.close();
	}
}
