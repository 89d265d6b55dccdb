/** A Synapse of which only the database is there, full of people, in either dialect. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSynapseSource } from "../../packages/server/src/storage/index.ts";
import { makeSynapse, type Size } from "../../packages/server/test/support/make-synapse.ts";
import { onDatabase } from "../../packages/server/test/support/postgres.ts";
import { synapseTables } from "../../packages/server/test/support/synapse-tables.ts";

export interface SynapseBench {
	open(): ReturnType<typeof openSynapseSource>;
	/** One of so many people signs their first device out. */
	signOutEvery(nth: number): Promise<void>;
}

const firstDeviceGone = (everyNth: number) =>
	`DELETE FROM access_tokens WHERE device_id = 'DEVICE0' AND CAST(substr(user_id, 3, 6) AS INTEGER) % ${everyNth} = 0`;

export function onSqlite(directory: string, size: Size): SynapseBench {
	const file = join(directory, "homeserver.db");
	makeSynapse(file, size);
	return {
		open: () => openSynapseSource({ kind: "sqlite", file }),
		async signOutEvery(nth) {
			using connection = new DatabaseSync(file);
			connection.exec(firstDeviceGone(nth));
		},
	};
}

/** The same people, in an empty database of PostgreSQL. */
export async function onPostgres(directory: string, size: Size, url: string): Promise<SynapseBench> {
	const file = join(directory, "to-copy.db");
	makeSynapse(file, size);
	using from = new DatabaseSync(file, { readOnly: true });
	await onDatabase(url, async (client) => {
		for (const table of synapseTables) await client.query(table);
		for (const table of ["users", "devices", "refresh_tokens", "access_tokens"]) {
			const insert = `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`;
			for (const rows of batches(from, table)) await client.query(insert, [JSON.stringify(rows)]);
		}
		await client.query("INSERT INTO schema_version VALUES (94)");
		for (const [table, columns] of indexes) await client.query(`CREATE INDEX ON ${table} (${columns})`);
		await client.query("ANALYZE");
	});
	const { hostname, port, username, pathname } = new URL(url);
	const place: Parameters<typeof openSynapseSource>[0] = {
		...{ kind: "postgres", host: hostname, port: Number(port), user: username },
		...{ database: pathname.slice(1), ssl: "none" },
	};
	return {
		open: () => openSynapseSource(place),
		signOutEvery: (nth) => onDatabase(url, async (client) => void (await client.query(firstDeviceGone(nth)))),
	};
}

/** As Synapse has them. */
const indexes = [
	["access_tokens", "user_id, device_id"],
	["refresh_tokens", "user_id"],
	["devices", "user_id, device_id"],
	["profiles", "full_user_id"],
] as const;

function* batches(from: DatabaseSync, table: string): Generator<readonly unknown[]> {
	let some: unknown[] = [];
	for (const row of from.prepare(`SELECT * FROM ${table}`).iterate())
		if (some.push(row) === 5_000) {
			yield some;
			some = [];
		}
	yield some;
}
