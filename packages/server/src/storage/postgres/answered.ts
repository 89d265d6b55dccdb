import { StorageUnavailable } from "@countersign/core";
import { DatabaseError } from "pg";

/**
 * By their beginnings, what PostgreSQL says when it is not the statement that is wrong: no connection, or not for us;
 * no such database any more; no room, no memory, no connection left; stopped or ended by somebody, out of time;
 * a fault of its disk; a transaction that did nothing for too long.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const unavailable = ["08", "28", "3D", "53", "57", "58", "25P03", "25P04"];

/**
 * What the database answers. Throws `StorageUnavailable` where it does not answer or cannot work, and what PostgreSQL
 * itself says of a statement.
 */
export async function answered<T>(asked: Promise<T>): Promise<T> {
	try {
		return await asked;
	} catch (cause) {
		if (isFault(cause)) throw cause;
		throw new StorageUnavailable("the database does not answer", { cause });
	}
}

/** Of ours: whatever does not come from PostgreSQL itself is about the connection, unless we asked it in a wrong way. */
function isFault(error: unknown): boolean {
	if (error instanceof DatabaseError) return !unavailable.some((begin) => error.code?.startsWith(begin));
	return error instanceof TypeError || error instanceof RangeError;
}
