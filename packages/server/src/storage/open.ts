import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { Transactions } from "@countersign/core";
import { Migrator } from "kysely/migration";
import { type ChangeListener, createChanges } from "./changes.ts";
import { createGroupCommit } from "./group-commit.ts";
import { migrations } from "./migrations/index.ts";
import { connect, queries } from "./sqlite.ts";
import { createUnit, type Unit } from "./unit.ts";

/** The opened database: the transactions every folder works with, and the way to close it. */
export interface Storage extends Transactions<Unit> {
	/** Tells the listener, after each commit, which accounts it brought something new for. It must not throw. */
	watch(listener: ChangeListener): void;
	/** Waits for accepted writes, then closes the file. */
	close(): Promise<void>;
}

/** Opens the database file of an existing data directory, creating and migrating the file as needed. */
export async function openSqlite(directory: string): Promise<Storage> {
	const file = join(directory, "countersign.db");
	const writer = connect(file);
	// The directory may be older than this server, and open to others.
	chmodSync(file, 0o600);
	const writing = queries(writer);
	const migrated = await new Migrator({
		db: writing.db,
		provider: { getMigrations: async () => migrations },
	}).migrateToLatest();
	if (migrated.error !== undefined) {
		throw new Error("the database could not be brought up to date", { cause: migrated.error });
	}
	const reader = connect(file, true);
	const changes = createChanges();
	const unit = createUnit(writing, changes.note);
	const commits = createGroupCommit(writer);
	return {
		read: createUnit(queries(reader), changes.note),
		async write(work) {
			const change = changes.collect(() => work(unit));
			const result = await commits.write(change.work);
			change.tell();
			return result;
		},
		watch: changes.listen,
		async close() {
			await commits.settled();
			reader.close();
			writer.close();
		},
	};
}
