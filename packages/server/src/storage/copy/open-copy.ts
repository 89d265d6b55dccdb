import { type CopyOutcome, copyData } from "./copy.ts";

import { openPostgresFrom, openPostgresTo } from "./postgres-end.ts";
import { openSqliteFrom, openSqliteTo } from "./sqlite-end.ts";

export type { CopyOutcome } from "./copy.ts";

/** Between a folder and a database, one way or the other. */
interface CopyWay {
	readonly from: "folder" | "database";
	readonly directory: string;
	/** A `postgres://` URL. */
	readonly database: string;
}

/**
 * Copies all data to the other dialect while no server works on either. The source is only read. Throws what opening
 * either side throws: `NoData`, `DataDirectoryInUse`, `DatabaseInUse`, `DatabaseUnavailable`.
 */
export async function copyStorage({ from, directory, database }: CopyWay): Promise<CopyOutcome> {
	return from === "folder" ? toDatabase(directory, database) : toFolder(directory, database);
}

async function toDatabase(directory: string, database: string): Promise<CopyOutcome> {
	const here = await openSqliteFrom(directory);
	try {
		const there = await openPostgresTo(database);
		return await copyData({ from: here, to: there, tables: here.tables }).finally(there.close);
	} finally {
		await here.close();
	}
}

async function toFolder(directory: string, database: string): Promise<CopyOutcome> {
	const here = await openPostgresFrom(database);
	try {
		const there = await openSqliteTo(directory);
		return await copyData({ from: here, to: there, tables: there.tables }).finally(there.close);
	} finally {
		await here.close();
	}
}
