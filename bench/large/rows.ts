import type { DatabaseSync, SQLInputValue } from "node:sqlite";

/** Adds one row: the values are those of the changed columns, in their order. */
export type AddRow = (...values: readonly SQLInputValue[]) => void;

/**
 * Rows for a table in which storage has written one already: each is that one with some columns changed, so whatever
 * storage writes is in all of them. Throws where the table or a changed column is not there.
 */
export function rowsLike(database: DatabaseSync, table: string, changed: readonly string[]): AddRow {
	const like = database.prepare(`SELECT * FROM ${table} LIMIT 1`).get();
	if (like === undefined) throw new Error(`storage wrote nothing into ${table}`);
	const columns = Object.keys(like);
	const places = changed.map((column) => columns.indexOf(column));
	if (places.includes(-1)) throw new Error(`${table} is without one of ${changed.join(", ")}`);
	const insert = database.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => "?").join(", ")})`);
	const row: SQLInputValue[] = Object.values(like);
	return (...values) => {
		places.forEach((place, at) => {
			row[place] = values[at] ?? null;
		});
		insert.run(...row);
	};
}

/** All rows in one transaction, of which nothing is kept if it breaks: nobody else uses the file meanwhile. */
export function inBulk(database: DatabaseSync, add: () => void): void {
	database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN");
	add();
	database.exec("COMMIT");
}
