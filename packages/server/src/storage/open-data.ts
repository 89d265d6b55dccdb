import type { StorageSettings } from "./homeserver-kind.ts";
import { lockDirectory } from "./lock.ts";
import { openSqlite } from "./open.ts";
import { openPostgres } from "./postgres/open.ts";
import type { Storage } from "./storage.ts";

/** Where the data are: in a folder or, when it is named, in a database. */
export interface DataPlace {
	readonly dataDirectory: string;
	/** A `postgres://` URL. */
	readonly database?: string;
}

/**
 * Opens the data. A folder is taken for this process alone, and throws `DataDirectoryInUse` while another one has it;
 * a PostgreSQL database is shared by as many servers as like, and throws `DatabaseUnavailable` when it is not there.
 * @param onError told of broken connections that nobody was using
 */
export async function openData(
	place: DataPlace,
	settings: StorageSettings,
	onError: (error: unknown) => void,
): Promise<Storage> {
	if (place.database !== undefined) return openPostgres(place.database, onError, settings);
	const lock = lockDirectory(place.dataDirectory);
	try {
		const storage = await openSqlite(place.dataDirectory, settings);
		return {
			...storage,
			async close() {
				await storage.close();
				lock.release();
			},
		};
	} catch (error) {
		lock.release();
		throw error;
	}
}
