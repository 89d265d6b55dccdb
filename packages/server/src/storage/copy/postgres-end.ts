import { Client } from "pg";
import { DatabaseUnavailable, upgradeLock, upgradePostgres } from "../postgres/open.ts";
import { connectionTo } from "../postgres/pool.ts";
import { type CopyEnd, type CopyTarget, quoted, type Row, selectAll, type Value } from "./end.ts";

/** A server works on the database. */
export class DatabaseInUse extends Error {
	override readonly name = "DatabaseInUse";
}

/** What is sent at once: a statement may have 65 535 values. */
const fetched = 500;
/** Numbers and text alike are compared and ordered by what they are, whatever language the database is of. */
const bytewise = ' COLLATE "C"';

/** The data of a database, to be read as they are at one moment. Throws `DatabaseInUse`, `DatabaseUnavailable`. */
export async function openPostgresFrom(url: string): Promise<CopyEnd> {
	const client = await connectAlone(url);
	await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
	return endOf(client, (work) => work());
}

/** The data of a database, to be written; its tables are made where there are none. Throws as the other. */
export async function openPostgresTo(url: string): Promise<CopyTarget> {
	await upgradePostgres(url, { mayBeUnfinished: true });
	const client = await connectAlone(url);
	const inTransaction: CopyTarget["inTransaction"] = async (work) => {
		await client.query("BEGIN");
		try {
			await work();
			await client.query("COMMIT");
		} catch (error) {
			await client.query("ROLLBACK");
			throw error;
		}
	};
	return {
		...endOf(client, async function* (work) {
			// A cursor lives in a transaction.
			await client.query("BEGIN READ ONLY");
			try {
				yield* work();
			} finally {
				await client.query("ROLLBACK");
			}
		}),
		inTransaction,
		async insert({ name, columns }, rows) {
			const places = rows.map((_, row) => {
				const values = columns.map((_, column) => `$${row * columns.length + column + 1}`);
				return `(${values.join(", ")})`;
			});
			const into = `INSERT INTO ${quoted(name)} (${columns.map(quoted).join(", ")}) VALUES ${places.join(", ")}`;
			await client.query(into, rows.flat());
		},
		async clear({ name }) {
			await client.query(`DELETE FROM ${quoted(name)}`);
		},
	};
}

/** Holds what every server takes when it starts, so that none does meanwhile, and finds those that run already. */
async function connectAlone(url: string): Promise<Client> {
	const client = new Client(connectionTo(url));
	try {
		await client.connect();
	} catch (cause) {
		throw new DatabaseUnavailable("The database cannot be reached.", { cause });
	}
	try {
		await client.query("SELECT pg_advisory_lock($1)", [upgradeLock]);
		const { rowCount } = await client.query(
			"SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'countersign' AND pid <> pg_backend_pid()",
		);
		if (rowCount !== 0) throw new DatabaseInUse("a server uses the database");
		return client;
	} catch (error) {
		await client.end();
		throw error;
	}
}

type Around = (work: () => AsyncIterable<Row>) => AsyncIterable<Row>;

function endOf(client: Client, around: Around): CopyEnd {
	return {
		rows: (table) =>
			around(async function* () {
				const types = await textColumns(client, table.name);
				const ordered = (column: string) => `${quoted(column)}${types.has(column) ? bytewise : ""}`;
				await client.query(`DECLARE copied NO SCROLL CURSOR FOR ${selectAll(table, ordered)}`);
				try {
					for (;;) {
						const page = await client.query<Value[]>({
							text: `FETCH ${fetched} FROM copied`,
							rowMode: "array",
						});
						yield* page.rows;
						if (page.rows.length < fetched) return;
					}
				} finally {
					await client.query("CLOSE copied");
				}
			}),
		async migrations() {
			const { rows } = await client.query<{ name: string }>("SELECT name FROM kysely_migration");
			return rows.map(({ name }) => name).sort();
		},
		close: () => client.end(),
	};
}

async function textColumns(client: Client, table: string): Promise<ReadonlySet<string>> {
	const { rows } = await client.query<{ name: string }>(
		"SELECT column_name AS name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 AND data_type IN ('text', 'character varying')",
		[table],
	);
	return new Set(rows.map(({ name }) => name));
}
