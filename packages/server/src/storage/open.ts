import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { createChanges } from "./changes.ts";
import { copying, unfinished } from "./copy/mark.ts";
import { namingDamage } from "./damaged.ts";
import { createGroupCommit } from "./group-commit.ts";
import type { StorageSettings } from "./homeserver-kind.ts";
import { migrateSqlite } from "./migrations/run.ts";
import { connect, queries, readQueries } from "./sqlite.ts";
import type { Storage } from "./storage.ts";
import { createTurns } from "./turns.ts";
import { createUnit } from "./unit.ts";
import { DataDirectoryUnusable } from "./unusable.ts";

/**
 * Opens the database file of an existing data directory, creating and migrating the file as needed. Throws
 * `DatabaseDamaged` where it is no database.
 */
export async function openSqlite(
	directory: string,
	settings: StorageSettings = { homeserver: "embedded" },
): Promise<Storage> {
	const file = join(directory, "countersign.db");
	return namingDamage(file, () => openFile(file, settings));
}

async function openFile(file: string, settings: StorageSettings): Promise<Storage> {
	const writer = connect(file);
	// The directory may be older than this server, and open to others; what a crash left beside the file holds data too.
	for (const each of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(each)) chmodSync(each, 0o600);
	const writing = queries(writer);
	await migrateSqlite(writer, writing.db);
	if (writer.prepare("SELECT 1 FROM settings WHERE name = ?").get(copying) !== undefined) {
		writer.close();
		throw new DataDirectoryUnusable(`${file} cannot be used: ${unfinished}`);
	}
	const reader = connect(file, true);
	const changes = createChanges();
	const unit = createUnit(writing, settings, changes.note);
	const commits = createGroupCommit(writer);
	return {
		read: createUnit(readQueries(reader), settings, changes.note),
		async write(work) {
			const change = changes.collect(() => work(unit));
			const result = await commits.write(change.work);
			change.tell();
			return result;
		},
		watch: changes.listen,
		// The data are one process's.
		exclusively: createTurns(),
		newRateLimiter: (limit) => new RateLimiterMemory(limit),
		async close() {
			await commits.settled();
			reader.close();
			writer.close();
		},
	};
}
