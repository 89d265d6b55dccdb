import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { databaseFile } from "../beside.ts";
import { namingDamage } from "../damaged.ts";
import { lockDirectory } from "../lock.ts";
import { migrateSqlite } from "../migrations/run.ts";
import { connect, queries } from "../sqlite.ts";
import {
	type CopiedTable,
	type CopyEnd,
	type CopyTarget,
	quoted,
	type Row,
	selectAll,
	type Value,
} from "./end.ts";
import { copiedTables } from "./tables.ts";

interface OfSqlite {
	readonly tables: readonly CopiedTable[];
}

/** The data of a folder, to be read; no server runs on them meanwhile. Throws `DataDirectoryInUse`, `NoData`. */
export async function openSqliteFrom(directory: string): Promise<CopyEnd & OfSqlite> {
	const file = databaseFile(directory);
	const lock = lockDirectory(directory);
	try {
		return await namingDamage(file, async () => {
			const connection = connect(file, true);
			return { ...endOf(connection, lock), tables: copiedTables(connection) };
		});
	} catch (error) {
		lock.release();
		throw error;
	}
}

/** The data of a folder, to be written; made with their tables where there are none. Throws `DataDirectoryInUse`. */
export async function openSqliteTo(directory: string): Promise<CopyTarget & OfSqlite> {
	const lock = lockDirectory(directory);
	const file = join(directory, "countersign.db");
	try {
		return await namingDamage(file, async () => {
			const connection = connect(file);
			chmodSync(file, 0o600);
			await migrateSqlite(connection, queries(connection).db);
			return { ...targetOf(connection, lock), tables: copiedTables(connection) };
		});
	} catch (error) {
		lock.release();
		throw error;
	}
}

type Lock = ReturnType<typeof lockDirectory>;

function endOf(connection: DatabaseSync, lock: Lock): CopyEnd {
	return {
		async *rows(table) {
			const statement = connection.prepare(selectAll(table));
			yield* arraysOf(statement);
		},
		async migrations() {
			const done = connection.prepare("SELECT name FROM kysely_migration ORDER BY name").all();
			return done.map(({ name }) => String(name));
		},
		async close() {
			connection.close();
			lock.release();
		},
	};
}

function targetOf(connection: DatabaseSync, lock: Lock): CopyTarget {
	return {
		...endOf(connection, lock),
		async inTransaction(work) {
			connection.exec("BEGIN IMMEDIATE");
			try {
				await work();
				connection.exec("COMMIT");
			} catch (error) {
				connection.exec("ROLLBACK");
				throw error;
			}
		},
		async insert({ name, columns }, rows) {
			const places = columns.map(() => "?").join(", ");
			const into = `INSERT INTO ${quoted(name)} (${columns.map(quoted).join(", ")}) VALUES (${places})`;
			const statement = connection.prepare(into);
			for (const row of rows) statement.run(...row);
		},
		async clear({ name }) {
			connection.exec(`DELETE FROM ${quoted(name)}`);
		},
	};
}

function* arraysOf(statement: StatementSync): Iterable<Row> {
	statement.setReturnArrays(true);
	// With arrays asked for, each row is one.
	for (const row of statement.iterate() as Iterable<unknown>) yield row as readonly Value[];
}
