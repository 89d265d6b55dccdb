import { existsSync, statSync } from "node:fs";
import { Client } from "pg";
import type { PostgresPlace } from "../../moving/ports.ts";
import { connectionTo } from "../postgres/pool.ts";
import { SourceUnusable } from "./source-unusable.ts";

type Value = string | number | boolean | null;
export type Row = Readonly<Record<string, unknown>>;
/** Asks a database of somebody else's; values stand where `?` does. */
export type Ask = (sql: string, values: readonly Value[]) => Promise<readonly Row[]>;

/** Whether somebody is connected as the owner of these data is. */
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

/** Throws `SourceUnusable`. */
export async function connect({ host, port, user, password, database, ssl }: PostgresPlace): Promise<Client> {
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
			`the PostgreSQL database ${database} cannot be reached: ${cause instanceof Error ? cause.message : "it fails"}`,
			{ cause },
		);
	}
}

/** A dump of a PostgreSQL database is made by its operator. */
export function checkBackup(file: string): void {
	if (!existsSync(file) || statSync(file).size === 0)
		throw new SourceUnusable(`${file} is no backup: make one with pg_dump before`);
}

export async function endingOnFailure<T>(client: Client, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		await client.end();
		throw error;
	}
}

export function askOn(client: Client): Ask {
	return async (sql, values) => {
		const [first, ...rest] = sql.split("?");
		const text = rest.reduce((before, part, at) => `${before}$${at + 1}${part}`, first ?? "");
		return (await client.query(text, [...values])).rows;
	};
}
