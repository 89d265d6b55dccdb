import { existsSync, statSync } from "node:fs";
import { Client } from "pg";
import type { PostgresPlace, SynapseSource, SynapseTarget } from "../../moving/ports.ts";
import { connectionTo } from "../postgres/pool.ts";
import { SourceUnusable } from "./source-unusable.ts";
import { type Ask, knownSchema, readSynapse } from "./synapse-rows.ts";
import { writeSynapse } from "./synapse-writes.ts";

/** Opens Synapse's PostgreSQL database to be read, as it is at this moment. Throws `SourceUnusable`. */
export async function openPostgresSource(place: PostgresPlace): Promise<SynapseSource> {
	const client = await connect(place);
	return endingOnFailure(client, async () => {
		await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
		return { ...(await readSynapse(askOn(client))), close: () => client.end() };
	});
}

/** Opens the database of a stopped Synapse to be written, only where its tables are known best. */
export async function openPostgresTarget(place: PostgresPlace): Promise<SynapseTarget> {
	const client = await connect(place);
	return endingOnFailure(client, async () => {
		await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
		const ask = askOn(client);
		return {
			...(await readSynapse(ask, { from: knownSchema.to })),
			write: writeSynapse(ask, (is) => is),
			async commit(backup) {
				if (!existsSync(backup) || statSync(backup).size === 0)
					throw new SourceUnusable(`${backup} is no backup: make one with pg_dump before`);
				await client.query("COMMIT");
			},
			close: () => client.end(),
		};
	});
}

/** Whether somebody is connected as Synapse is. */
export async function isPostgresInUse(place: PostgresPlace): Promise<boolean> {
	const client = await connect(place);
	try {
		const { rows } = await client.query(
			`SELECT 1 FROM pg_stat_activity
			WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid() LIMIT 1`,
		);
		return rows.length > 0;
	} finally {
		await client.end();
	}
}

async function connect({ host, port, user, password, database, ssl }: PostgresPlace): Promise<Client> {
	const { connectionString: _, ...options } = connectionTo("");
	const client = new Client({
		...options,
		...{ host: host ?? "/var/run/postgresql", user, database },
		...(port === undefined ? {} : { port }),
		...(password === undefined ? {} : { password }),
		...(ssl === "none" ? {} : { ssl: { rejectUnauthorized: ssl === "verified" } }),
	});
	try {
		await client.connect();
		return client;
	} catch (cause) {
		throw new SourceUnusable(
			`Synapse's PostgreSQL database ${database} cannot be reached: ${cause instanceof Error ? cause.message : "it fails"}`,
			{ cause },
		);
	}
}

async function endingOnFailure<T>(client: Client, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		await client.end();
		throw error;
	}
}

function askOn(client: Client): Ask {
	return async (sql, values) => {
		const [first, ...rest] = sql.split("?");
		const text = rest.reduce((before, part, at) => `${before}$${at + 1}${part}`, first ?? "");
		return (await client.query(text, [...values])).rows;
	};
}
