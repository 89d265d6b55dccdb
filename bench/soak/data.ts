import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { openPostgres, openSqlite } from "../../packages/server/src/storage/index.ts";
import { onDatabase } from "../../packages/server/test/support/postgres.ts";
import { postgres, startPostgres } from "../../tools/postgres.ts";
import { type Seeded, seedStorage } from "../seed.ts";

/** Where the server under the load keeps its data, with sessions in them. */
export interface Data {
	readonly directory: string;
	readonly seeded: Seeded;
	/** What the server is told of it. */
	readonly env: Readonly<Record<string, string>>;
	/** What it takes on the disk, with its log. */
	sizeMib(): Promise<number>;
	close(): Promise<void>;
}

export async function openData(
	kind: "sqlite" | "postgres",
	directory: string,
	sessions: number,
): Promise<Data> {
	if (kind === "sqlite") {
		const seeded = await seedStorage(await openSqlite(directory), sessions);
		const sizeMib = async () => sizeOf(directory);
		return { directory, seeded, env: {}, sizeMib, close: async () => {} };
	}
	const cluster = await startPostgres(postgres().part(), { isSynced: true });
	const url = cluster.url("countersign");
	await onDatabase(cluster.url("postgres"), (client) => client.query("CREATE DATABASE countersign"));
	const seeded = await seedStorage(await openPostgres(url, say), sessions);
	return {
		...{ directory, seeded, env: { COUNTERSIGN_DATABASE: url } },
		sizeMib: () =>
			onDatabase(url, async (client) => {
				const query = "SELECT pg_database_size(current_database())::float8 AS bytes";
				const { rows } = await client.query<{ bytes: number }>(query);
				return (rows[0]?.bytes ?? Number.NaN) / mebibyte;
			}),
		close: () => cluster.stop(),
	};
}

const mebibyte = 1024 * 1024;

function sizeOf(directory: string): number {
	const sizes = readdirSync(directory)
		.filter((name) => name.startsWith("countersign.db"))
		.map((name) => statSync(join(directory, name)).size);
	return sizes.reduce((sum, size) => sum + size, 0) / mebibyte;
}

function say(error: unknown): void {
	process.stderr.write(`${String(error)}\n`);
}
