import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** What one commit after another costs on this disk, with every commit synced: the bound of a writer without company. */
export function syncedCommitsPerSecond(directory: string): number {
	const database = new DatabaseSync(join(directory, "commits.db"));
	database.exec(
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE commits (number INTEGER)",
	);
	const insert = database.prepare("INSERT INTO commits VALUES (?)");
	const startedAt = performance.now();
	let commits = 0;
	for (; performance.now() - startedAt < 1_000; commits++) insert.run(commits);
	database.close();
	return commits;
}
