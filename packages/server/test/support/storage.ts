import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after } from "node:test";
import { type AccountId, asAccountId, asSessionId, type Presence } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { type HomeserverKind, openPostgres, openSqlite, type Storage } from "../../src/storage/index.ts";
import { layEmptyDatabase } from "./empty-database.ts";
import { createDatabase, onDatabase, testDatabase } from "./postgres.ts";

/** The dialect that this run of the tests is for. */
export const dialect = testDatabase() === undefined ? "SQLite" : "PostgreSQL";

export interface Place {
	readonly dataDirectory: string;
	readonly database: string | undefined;
}

interface TemporaryStorage extends Storage {
	readonly place: Place;
}

/** A database of its own, empty, in the dialect of this run; `close` removes it. The way every suite opens one. */
export function openTemporaryStorage(homeserver: HomeserverKind = "embedded"): Promise<TemporaryStorage> {
	return dialect === "SQLite" ? openTemporarySqlite(homeserver) : openTemporaryPostgres(homeserver);
}

/** As `openTemporaryStorage`, on a PostgreSQL database of an ICU locale, whatever those of the machine are. */
export function openOfLocale(locale: string): typeof openTemporaryStorage {
	return (homeserver = "embedded") => openTemporaryPostgres(homeserver, locale);
}

async function openTemporaryPostgres(homeserver: HomeserverKind, locale?: string): Promise<TemporaryStorage> {
	const database = await createDatabase(testDatabase(), locale);
	const onError = (error: unknown) => {
		throw error;
	};
	const storage = await openPostgres(database.url, onError, { homeserver });
	let closing: Promise<void> | undefined;
	const close = () => {
		closing ??= storage.close().then(() => database.release());
		return closing;
	};
	// A test that fails does not come to its own close, and connections left open keep the run from ending.
	after(close);
	return { ...storage, place: { dataDirectory: "", database: database.url }, close };
}

async function openTemporarySqlite(homeserver: HomeserverKind): Promise<TemporaryStorage> {
	const directory = mkdtempSync(join(tmpdir(), "countersign-test-"));
	await layEmptyDatabase(directory);
	const storage = await openSqlite(directory, { homeserver });
	return {
		...storage,
		place: { dataDirectory: directory, database: undefined },
		async close() {
			await storage.close();
			rmSync(directory, { recursive: true });
		},
	};
}

/** An account with a client and one signed-in device for each device id. */
export async function seedAccount(
	storage: Storage,
	{
		localpart,
		deviceIds,
		at,
		passwordHash = "unused",
	}: {
		localpart: string;
		deviceIds: readonly string[];
		at: number;
		passwordHash?: string | null;
	},
) {
	const accountId = asAccountId(`account-${localpart}`);
	const clientId = "client-1";
	const sessions = deviceIds.map((name) => ({
		id: asSessionId(`${localpart}/${name}`),
		deviceId: asDeviceId(name),
	}));
	await storage.write(async (unit) => {
		await unit.accounts.add({ id: accountId, localpart, passwordHash, createdAt: at });
		await unit.clients.register({
			id: clientId,
			metadata: {
				application_type: "web",
				client_name: "App",
				client_uri: "https://app.example.org/",
				redirect_uris: ["https://app.example.org/callback"],
				response_types: ["code"],
				grant_types: ["authorization_code", "refresh_token"],
				token_endpoint_auth_method: "none",
				localized: {},
			},
			createdAt: at,
		});
		for (const { id, deviceId } of sessions) {
			await unit.sessions.add({ id, accountId, clientId, deviceId, scope: "", createdAt: at });
		}
	});
	return { accountId, userId: `@${localpart}:localhost`, sessions };
}

/** A browser in which the person is signed in, and entered the password at that time. */
export async function seedBrowser(
	storage: Storage,
	{ accountId, at }: { readonly accountId: AccountId; readonly at: number },
): Promise<Presence> {
	const generation = (await storage.read.accounts.find({ id: accountId }))?.generation ?? 0;
	const browser = `browser-${randomUUID()}`;
	const session = {
		idHash: browser,
		accountId,
		generation,
		createdAt: at,
		provedHow: "password" as const,
		provedAt: at,
	};
	await storage.write((unit) => unit.browserSessions.add({ ...session, expiresAt: Number.MAX_SAFE_INTEGER }));
	return { accountId, browser, at, generation };
}

/** Changes the data past the server, as no port of it does. */
export async function changeData(place: Place, statement: string): Promise<void> {
	if (place.database !== undefined) {
		await onDatabase(place.database, (client) => client.query(statement));
		return;
	}
	const database = new DatabaseSync(join(place.dataDirectory, "countersign.db"), { timeout: 5_000 });
	database.exec(statement);
	database.close();
}

/** Every row of a table as it is stored. */
export function tableRows(
	place: Place,
	table: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
	return rowsOf(place, `SELECT * FROM ${table}`);
}

/** Every table there is, the dialect's own and those of the migrations. */
export async function tableNames(place: Place): Promise<readonly string[]> {
	const names = await rowsOf(
		place,
		place.database === undefined
			? "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
			: "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()",
	);
	return names.map(({ name }) => String(name));
}

/** Every row of every table, with the table's name. */
export async function everyRow(place: Place): Promise<readonly string[]> {
	const tables = await tableNames(place);
	const rows = await Promise.all(tables.map((table) => tableRows(place, table)));
	return rows.flatMap((of, at) => of.map((row) => `${tables[at]} ${JSON.stringify(row)}`)).sort();
}

async function rowsOf(place: Place, query: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
	if (place.database !== undefined)
		return (await onDatabase(place.database, (client) => client.query(query))).rows;
	const database = new DatabaseSync(join(place.dataDirectory, "countersign.db"), { readOnly: true });
	const rows = database.prepare(query).all();
	database.close();
	return rows;
}
