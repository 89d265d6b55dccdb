import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { onDatabase } from "../../packages/server/test/support/postgres.ts";

/** Adds one row: the values are those of the changed columns, in their order. */
type AddRow = (...values: readonly (string | number | null)[]) => void;

type Row = Readonly<Record<string, unknown>>;

/** The data of a server that does not run, to be filled with far more than anybody writes in an hour. */
export interface Bulk {
	/**
	 * Rows for a table in which storage has written one already: each is that one with some columns changed, so whatever
	 * storage writes is in all of them. Throws where the table or a changed column is not there.
	 */
	like(table: string, changed: readonly string[]): Promise<AddRow>;
	all(query: string): Promise<readonly Row[]>;
	/** Call it now and then: what was added need not all be remembered. */
	flush(): Promise<void>;
	/** Keeps what was added. */
	end(): Promise<void>;
}

/** All rows in one transaction, of which nothing is kept if it breaks: nobody else uses the file meanwhile. */
export function openSqliteBulk(directory: string): Bulk {
	const database = new DatabaseSync(join(directory, "countersign.db"));
	database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN");
	return {
		async like(table, changed) {
			const { columns, places, values } = template(database.prepare(`SELECT * FROM ${table} LIMIT 1`).get(), {
				table,
				changed,
			});
			const insert = database.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => "?").join(", ")})`);
			const row = values as SQLInputValue[];
			return (...added) => {
				places.forEach((place, at) => {
					row[place] = added[at] ?? null;
				});
				insert.run(...row);
			};
		},
		all: async (query) => database.prepare(query).all(),
		flush: async () => {},
		async end() {
			database.exec("COMMIT");
			database.close();
		},
	};
}

export function openPostgresBulk(url: string): Bulk {
	const ask = (text: string, values: unknown[] = []) =>
		onDatabase(url, async (client) => (await client.query<Row>(text, values)).rows);
	const pending: (() => Promise<void>)[] = [];
	return {
		async like(table, changed) {
			const [first] = await ask(`SELECT * FROM ${table} LIMIT 1`);
			const { columns, values } = template(first, { table, changed });
			const kinds = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1";
			const types = new Map(
				(await ask(kinds, [table])).map(({ column_name, data_type }) => [column_name, data_type]),
			);
			const lists = changed.map((column, at) => `$${at + 1}::${types.get(column)}[]`);
			const fixed = columns.map((column, at) => ({ column, value: values[at] }));
			const constants = fixed.filter(({ column }) => !changed.includes(column));
			const place = (column: string) => {
				if (changed.includes(column)) return `added."${column}"`;
				const at = constants.findIndex((one) => one.column === column);
				return `$${changed.length + at + 1}::${types.get(column)}`;
			};
			const insert = `INSERT INTO ${table} (${columns.map((column) => `"${column}"`).join(", ")})
				SELECT ${columns.map(place).join(", ")}
				FROM unnest(${lists.join(", ")}) AS added (${changed.map((column) => `"${column}"`).join(", ")})`;
			let rows: (readonly (string | number | null)[])[] = [];
			pending.push(async () => {
				if (rows.length === 0) return;
				const added = changed.map((_, at) => rows.map((row) => row[at] ?? null));
				rows = [];
				await ask(insert, [...added, ...constants.map(({ value }) => value)]);
			});
			return (...row) => void rows.push(row);
		},
		all: (query) => ask(query),
		async flush() {
			for (const write of pending) await write();
		},
		async end() {
			for (const write of pending) await write();
			// As it is found where nobody has filled it in a minute.
			await ask("VACUUM (ANALYZE)");
		},
	};
}

function template(
	first: Row | undefined,
	{ table, changed }: { readonly table: string; readonly changed: readonly string[] },
) {
	if (first === undefined) throw new Error(`storage wrote nothing into ${table}`);
	const columns = Object.keys(first);
	const places = changed.map((column) => columns.indexOf(column));
	if (places.includes(-1)) throw new Error(`${table} is without one of ${changed.join(", ")}`);
	return { columns, places, values: Object.values(first) };
}
