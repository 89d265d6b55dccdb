import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { type CompiledQuery, Kysely, SqliteDialect } from "kysely";
import type { Database } from "./database.ts";
import type { Queries } from "./prepared.ts";
import { asUnavailable } from "./sqlite-unavailable.ts";
import { createTurnReads } from "./turn-reads.ts";

/** Statements are compiled once and kept: preparing costs more than most lookups. */
const preparedStatements = 512;

/** Opens one connection. The writer syncs every commit to disk: nothing acknowledged may be lost on power failure. */
export function connect(file: string, readOnly = false): DatabaseSync {
	const connection = new DatabaseSync(file, { readOnly, timeout: 5_000, enableForeignKeyConstraints: true });
	if (!readOnly) {
		connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
	}
	connection.exec("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;");
	return connection;
}

/** Kysely and direct lookups over one `node:sqlite` connection. Closing stays with who opened it. */
export function queries(connection: DatabaseSync): Queries {
	return {
		db: queryBuilder(connection),
		lookup(query, make) {
			const find = finder(connection, query, make);
			return async (value) => find(value);
		},
	};
}

/** The same for a connection that only reads: direct lookups share a transaction with others of the same moment. */
export function readQueries(connection: DatabaseSync): Queries {
	const inTurn = createTurnReads(connection);
	return {
		db: queryBuilder(connection),
		lookup(query, make) {
			const find = finder(connection, query, make);
			return (value) => inTurn(() => find(value));
		},
	};
}

function finder<Row, Found>(
	connection: DatabaseSync,
	{ sql }: CompiledQuery,
	make: (row: Row) => Found,
): (value: string) => Found | undefined {
	const prepared = connection.prepare(sql);
	prepared.setReturnArrays(true);
	return (value) => {
		const row = prepared.get(value) as Row | undefined;
		return row && make(row);
	};
}

/** Kysely, through what its dialect asks for. */
function queryBuilder(connection: DatabaseSync): Kysely<Database> {
	const prepared = new Map<string, ReturnType<typeof statement>>();
	return new Kysely<Database>({
		dialect: new SqliteDialect({
			database: {
				close() {},
				prepare(sql) {
					let known = prepared.get(sql);
					if (known === undefined) {
						if (prepared.size >= preparedStatements) {
							prepared.clear();
						}
						known = statement(connection.prepare(sql));
						prepared.set(sql, known);
					}
					return known;
				},
			},
		}),
	});
}

function statement(prepared: StatementSync) {
	return {
		reader: prepared.columns().length > 0,
		all: (values: readonly unknown[]) => attempt(() => prepared.all(...values.map(bindable))),
		run: (values: readonly unknown[]) => attempt(() => prepared.run(...values.map(bindable))),
		iterate: (values: readonly unknown[]) => prepared.iterate(...values.map(bindable)),
	};
}

function attempt<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw asUnavailable(error);
	}
}

function bindable(value: unknown): SQLInputValue {
	if (
		value === null ||
		typeof value === "string" ||
		typeof value === "number" ||
		typeof value === "bigint" ||
		value instanceof Uint8Array
	) {
		return value;
	}
	throw new TypeError(`a ${typeof value} cannot be stored; convert it where the row is made`);
}
