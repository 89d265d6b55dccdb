import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { type PostgresCluster, postgres, startPostgres } from "../../../../tools/postgres.ts";
import { openPostgres } from "../../src/storage/index.ts";

/** A database of a test's own. */
export interface TestDatabase {
	readonly url: string;
	/** Gives it back, for the next test to use. Nobody may be connected any more. */
	release(): Promise<void>;
}

/** The URL by which databases can be made, when this run of the tests is for PostgreSQL. */
export function testDatabase(): string | undefined {
	return process.env.COUNTERSIGN_TEST_DATABASE;
}

/** Any number: who holds this lock makes the template. */
const templateLock = 7_001;
const template = "countersign_template";

/**
 * Makes a database with every table, and the rows it begins with. Default: where this run of the tests is told to, and of
 * the locale of the cluster.
 * @param locale of ICU; before PostgreSQL 15 no database has one
 */
export async function createDatabase(server = testDatabase(), locale?: string): Promise<TestDatabase> {
	if (server === undefined) throw new Error("COUNTERSIGN_TEST_DATABASE names no PostgreSQL");
	const kind = `${server} ${locale}`;
	const used = released.get(kind)?.pop();
	const url = used ?? (await copyTemplate(server, locale));
	return {
		url,
		async release() {
			await onDatabase(url, (client) => client.query(empty));
			released.set(kind, [...(released.get(kind) ?? []), url]);
		},
	};
}

/** Emptying a database takes a tenth of the time of making one. */
const released = new Map<string, string[]>();
const empty = `
	SET session_replication_role = replica;
	DO $$
	DECLARE name text;
	BEGIN
		FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'kysely_%'
			AND tablename NOT IN ('stream_start', 'clients')
		LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
		DELETE FROM clients WHERE id <> 'legacy';
	END $$`;

async function copyTemplate(server: string, locale: string | undefined): Promise<string> {
	const name = `test_${randomBytes(8).toString("hex")}`;
	await onDatabase(server, async (client) => {
		await client.query("SELECT pg_advisory_lock($1)", [templateLock]);
		const template = await makeTemplate(client, { server, locale });
		await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
	});
	return new URL(name, server).href;
}

async function makeTemplate(
	client: Client,
	{ server, locale }: { readonly server: string; readonly locale: string | undefined },
): Promise<string> {
	const name = [template, ...(locale?.toLowerCase().split("-") ?? [])].join("_");
	const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
	if (rowCount !== 0) return name;
	const { rows } = await client.query(
		"SELECT current_setting('server_version_num')::int >= 150000 AS has_icu",
	);
	const ordering =
		locale === undefined || !rows[0].has_icu
			? ""
			: `TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE '${locale}'`;
	await client.query(`CREATE DATABASE ${name} ${ordering}`);
	const storage = await openPostgres(new URL(name, server).href, () => {});
	await storage.close();
	return name;
}

/** Does something on a connection of its own. */
export async function onDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
	const client = new Client(url);
	await client.connect();
	try {
		return await work(client);
	} finally {
		await client.end();
	}
}

const programs = postgres();

/** For the `skip` of tests that need PostgreSQL whatever the run is for: false, or how to get it. */
export const skipWithoutPostgres = programs.skip;

/** A cluster for one file of tests; stop it after them. */
export function startCluster(): Promise<PostgresCluster> {
	return startPostgres(programs.part());
}
