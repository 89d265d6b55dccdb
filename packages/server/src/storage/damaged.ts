/** The database file holds something else, or is broken. The message names the file. */
export class DatabaseDamaged extends Error {
	override readonly name = "DatabaseDamaged";
}

/** @see https://www.sqlite.org/rescode.html#corrupt and #notadb; the low byte of an extended code is the plain one. */
const damage = [11, 26];

/** Does the work on that database file, and throws `DatabaseDamaged` where SQLite finds that it is none. */
export async function namingDamage<T>(file: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (cause) {
		throw isDamage(cause)
			? new DatabaseDamaged(`${file} is not a database, or is damaged`, { cause })
			: cause;
	}
}

function isDamage(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	const isCode =
		"errcode" in error && typeof error.errcode === "number" && damage.includes(error.errcode & 255);
	return isCode || isDamage(error.cause);
}
