import type { DatabaseSync } from "node:sqlite";
import { type Kysely, sql } from "kysely";
import { Migrator } from "kysely/migration";
import type { Database } from "../database.ts";
import { migrations } from "./index.ts";

/** Brings a database up to date. Throws where it cannot; what a failed migration did is undone on PostgreSQL. */
export async function migrate(db: Kysely<Database>): Promise<void> {
	if (await isUpToDate(db)) return;
	const { error } = await new Migrator({
		db,
		provider: { getMigrations: async () => migrations },
	}).migrateToLatest();
	if (error !== undefined) throw new Error("the database could not be brought up to date", { cause: error });
}

/**
 * The same for SQLite, where the migrator opens no transaction by itself: a server that is killed, or a disk that is
 * full, amid an upgrade would leave tables that no later start can go on from. It is one sync instead of hundreds, too.
 */
export async function migrateSqlite(connection: DatabaseSync, db: Kysely<Database>): Promise<void> {
	connection.exec("BEGIN");
	try {
		await migrate(db);
		connection.exec("COMMIT");
	} catch (error) {
		// Where the disk failed it is over already.
		if (connection.isTransaction) connection.exec("ROLLBACK");
		throw error;
	}
}

/** Whether these are all there are, and no others: a newer server's are not. */
export function areAll(applied: readonly { readonly name?: unknown }[]): boolean {
	const names = Object.keys(migrations);
	const known = new Set(applied.map(({ name }) => name));
	return known.size === names.length && names.every((name) => known.has(name));
}

/**
 * Most starts have nothing to do, and the migrator finds that out by reading what every table
 * has, twice: two thirds of the time that opening a PostgreSQL takes.
 */
async function isUpToDate(db: Kysely<Database>): Promise<boolean> {
	try {
		return areAll((await sql<{ name: string }>`SELECT name FROM kysely_migration`.execute(db)).rows);
	} catch {
		// There are no tables yet; or the migrator meets the same, and says so.
		return false;
	}
}
