import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { openPostgres, openSqlite, type Storage } from "../../packages/server/src/storage/index.ts";
import { onDatabase } from "../../packages/server/test/support/postgres.ts";
import { postgres, startPostgres } from "../../tools/postgres.ts";
import { familyCpuMicros, parentOf } from "../postgres/processor.ts";
import { type Bulk, openPostgresBulk, openSqliteBulk } from "./bulk.ts";

/** Where the data of one server are. */
export interface Place {
	readonly directory: string;
	/** What the server is told of it. */
	readonly env: Readonly<Record<string, string>>;
	storage(): Promise<Storage>;
	/** While no server runs. */
	bulk(): Promise<Bulk>;
}

/** Where servers of one kind keep their data. */
export interface Places {
	/** `name` is of this one alone. */
	open(name: string): Promise<Place>;
	/** Processor time of the database, where it is a process of its own, in microseconds. */
	cpuMicros?(): number;
	close(): Promise<void>;
}

export function sqlitePlaces(directory: string): Places {
	return {
		async open(name) {
			const data = await mkdtemp(join(directory, `${name}-`));
			return {
				...{ directory: data, env: {} },
				storage: () => openSqlite(data),
				bulk: async () => openSqliteBulk(data),
			};
		},
		close: async () => {},
	};
}

/** One PostgreSQL that syncs every commit, as `npm run bench -- postgres` has it. */
export async function postgresPlaces(directory: string): Promise<Places> {
	const cluster = await startPostgres(postgres().part(), { isSynced: true });
	const postmaster = await onDatabase(cluster.url("postgres"), async (client) => {
		const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
		return parentOf(rows[0]?.pid ?? 0);
	});
	return {
		async open(name) {
			await onDatabase(cluster.url("postgres"), (client) => client.query(`CREATE DATABASE ${name}`));
			const url = cluster.url(name);
			return {
				directory: await mkdtemp(join(directory, `${name}-`)),
				env: { COUNTERSIGN_DATABASE: url },
				storage: () => openPostgres(url, (error) => process.stderr.write(`${String(error)}\n`)),
				bulk: async () => openPostgresBulk(url),
			};
		},
		cpuMicros: () => familyCpuMicros(postmaster === undefined ? [] : [postmaster]),
		close: () => cluster.stop(),
	};
}
