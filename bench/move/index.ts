/**
 * `npm run bench -- move`: how long a move from Synapse takes, and how long Synapse has to be stopped for the last copy
 * of it, from its SQLite into ours and from its PostgreSQL into ours (where there is one); and whether tokens that moved
 * are answered for as fast as those made here.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { openPostgres, openSqlite } from "../../packages/server/src/storage/index.ts";
import type { Size } from "../../packages/server/test/support/make-synapse.ts";
import { onDatabase } from "../../packages/server/test/support/postgres.ts";
import { postgres, startPostgres } from "../../tools/postgres.ts";
import { benchCopies } from "./copies.ts";
import { onPostgres, onSqlite } from "./source.ts";
import { benchMovedTokens } from "./tokens.ts";

const whole: Size = { people: 22_500, devicesEach: 3, tokensEach: 3 };
const quickly: Size = { people: 500, devicesEach: 3, tokensEach: 3 };

interface Options {
	readonly quick: boolean;
	readonly say: (line: string) => void;
}

export async function benchMove(directory: string, { quick, say }: Options): Promise<void> {
	const size = quick ? quickly : whole;
	const { people, devicesEach, tokensEach } = size;
	const devices = people * devicesEach;
	say(`${people} people, ${devices} devices, ${devices * tokensEach} tokens`);
	say("\nFrom Synapse's SQLite into ours");
	await fromSqlite(directory, size, say);
	const programs = postgres();
	if (programs.available) {
		say("\nFrom Synapse's PostgreSQL into ours, each commit synced");
		await fromPostgres(directory, { size, programs: programs.part(), say });
	} else say(`\nNot from PostgreSQL: ${programs.skip}`);
	say("");
	await benchMovedTokens(directory, { quick, say });
}

async function fromSqlite(directory: string, size: Size, say: Options["say"]): Promise<void> {
	const data = join(directory, "moved");
	await mkdir(data);
	const storage = await openSqlite(data, { homeserver: "synapse" });
	try {
		await benchCopies(onSqlite(directory, size), storage, say);
	} finally {
		await storage.close();
	}
}

async function fromPostgres(
	directory: string,
	{ size, programs, say }: { readonly size: Size; readonly programs: string; readonly say: Options["say"] },
): Promise<void> {
	const cluster = await startPostgres(programs, { isSynced: true });
	try {
		await onDatabase(cluster.url("postgres"), async (client) => {
			for (const name of ["synapse", "countersign"]) await client.query(`CREATE DATABASE ${name}`);
		});
		const synapse = await onPostgres(directory, size, cluster.url("synapse"));
		const storage = await openPostgres(cluster.url("countersign"), fail, { homeserver: "synapse" });
		await benchCopies(synapse, storage, say);
		await storage.close();
	} finally {
		await cluster.stop();
	}
}

function fail(error: unknown): never {
	throw error;
}
