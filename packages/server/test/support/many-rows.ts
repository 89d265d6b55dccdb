import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onDatabase } from "./postgres.ts";
import type { Place } from "./storage.ts";

export type Row = Readonly<Record<string, string | number | null>>;

/** So many go into one statement. */
const together = 500;

/**
 * Adds rows past the server, in one transaction: as the first one that is there, which storage wrote, each with what is
 * changed of it.
 */
export async function addRowsLike(
	place: Place,
	tables: readonly {
		readonly table: string;
		/** Which one, where there are several. */
		readonly like?: string;
		readonly rows: readonly Row[];
	}[],
): Promise<void> {
	await withStatements(place, async (run) => {
		await run("BEGIN");
		for (const { table, like = "1 = 1", rows } of tables) {
			const [first] = await run(`SELECT * FROM ${table} WHERE ${like} LIMIT 1`);
			if (first === undefined) throw new Error(`storage wrote nothing into ${table}`);
			const columns = Object.keys(first);
			for (const row of rows.slice(0, 1))
				for (const name of Object.keys(row))
					if (!columns.includes(name)) throw new Error(`${table} has no column ${name}`);
			for (let at = 0; at < rows.length; at += together) {
				const values = rows.slice(at, at + together).map((row) => literals({ ...first, ...row }));
				await run(`INSERT INTO ${table} (${columns.join(", ")}) VALUES ${values.join(", ")}`);
			}
		}
		await run("COMMIT");
		await run("ANALYZE");
	});
}

type Run = (statement: string) => Promise<readonly Row[]>;

function withStatements(place: Place, work: (run: Run) => Promise<void>): Promise<void> {
	if (place.database !== undefined)
		return onDatabase(place.database, (client) =>
			work(async (statement) => (await client.query<Row>(statement)).rows),
		);
	const database = new DatabaseSync(join(place.dataDirectory, "countersign.db"), { timeout: 5_000 });
	return work(async (statement) => database.prepare(statement).all() as readonly Row[]).finally(() =>
		database.close(),
	);
}

function literals(row: Row): string {
	const all = Object.values(row).map((value) => {
		if (value === null) return "NULL";
		return typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`;
	});
	return `(${all.join(", ")})`;
}
