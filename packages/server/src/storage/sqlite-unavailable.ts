import { StorageUnavailable } from "@countersign/core";

/**
 * What SQLite says when it is not the statement that is wrong: somebody else holds the database for longer than we
 * wait, its disk fails, is full, was made read-only, or cannot be opened any more.
 * @see https://www.sqlite.org/rescode.html
 */
const unavailable = new Set([
	5, // SQLITE_BUSY
	8, // SQLITE_READONLY
	10, // SQLITE_IOERR
	13, // SQLITE_FULL
	14, // SQLITE_CANTOPEN
]);
/** The rest of a result code says more about the same. */
const primaryCode = 0xff;

/** The error itself, or `StorageUnavailable` with it as the cause. */
export function asUnavailable(error: unknown): unknown {
	const isAway =
		error instanceof Error &&
		"errcode" in error &&
		typeof error.errcode === "number" &&
		unavailable.has(error.errcode & primaryCode);
	return isAway ? new StorageUnavailable("the database cannot work at the moment", { cause: error }) : error;
}
