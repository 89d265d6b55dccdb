/**
 * A real Synapse that signs people in itself, and a Countersign to which they move: through one address, as a proxy
 * leads there before and after. The commands are the operator's.
 */
import { createHmac } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { run } from "../../src/cli/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import { registrationFile } from "../../src/homeserver/synapse/index.ts";
import { startCountersign } from "../../src/index.ts";
import { type Between, startBetween } from "./between.ts";
import type { SdkDevice } from "./js-sdk.ts";
import { lastingPort } from "./lasting-port.ts";
import { onDatabase } from "./postgres.ts";
import { call } from "./server.ts";
import { type RunningSynapse, startSynapse } from "./synapse.ts";
import { until } from "./until.ts";

const secret = "a-secret-of-both-sides";
const registrationSecret = "who-may-register";
const pepper = "a pepper of Synapse's";

export interface MoveWorld {
	/** Where apps reach everything, with a trailing slash: the way does not change for them. */
	readonly url: string;
	/** Where people reach their account, with a trailing slash. */
	readonly accounts: string;
	readonly synapse: RunningSynapse;
	readonly between: Between;
	/** Makes a person at Synapse, of a new name in lower case. */
	addPerson(localpart: string, how?: { readonly password?: string; readonly admin?: boolean }): Promise<void>;
	/** Signs in by the older login API, wherever that is now. */
	signIn(localpart: string, how?: SignIn): Promise<MovingDevice>;
	/** A command of the operator's, with the settings of this world. */
	command(...words: readonly string[]): Promise<{ readonly code: number; readonly said: string }>;
	/** Synapse's own database, behind its back. */
	change(statement: string, ...values: readonly Value[]): Promise<void>;
	rows(query: string, ...values: readonly Value[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
	/** Countersign's data. */
	ownRows(query: string): ReturnType<MoveWorld["rows"]>;
	/** Stops Synapse, and resolves once its database is let go of. */
	stopSynapse(): Promise<void>;
	/** A name that the way back takes for a backup. */
	readonly backup: string;
	/** Starts Countersign, and leads signing in and out to it. */
	startCountersign(): Promise<void>;
	/** Stops it, and leads everything to Synapse. */
	stopCountersign(): Promise<void>;
	/** Has Synapse sign people in itself, as before, and starts it. */
	undelegate(): Promise<void>;
	/** Has Synapse ask Countersign about tokens, and starts it. */
	delegate(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
}

type Value = string | number | null;

interface SignIn {
	readonly password?: string;
	readonly deviceId?: string;
	readonly refresh?: boolean;
}

export type MovingDevice = Extract<SdkDevice, { readonly clientId?: never }> & {
	readonly refreshToken?: string;
};

export const movingPassword = "hunter22";
/** What the printed rules of the proxies lead to Countersign. */
const ownPaths =
	/^\/_matrix\/client\/(?:r0|v3|unstable)\/(?:login|logout|refresh|keys\/device_signing\/upload)(?:\/|\?|$)/;

/** @param database of PostgreSQL, empty, for Synapse. Default: SQLite */
export async function openMoveWorld(database?: string): Promise<MoveWorld> {
	const open: (() => Promise<void>)[] = [];
	const dispose = async () => {
		for (const close of open.splice(0).reverse()) await close();
	};
	try {
		const folder = await mkdtemp(join(tmpdir(), "countersign-move-"));
		open.push(() => rm(folder, { recursive: true, force: true }));
		const synapse = await startAlone(folder, database);
		open.push(() => synapse[Symbol.asyncDispose]());
		const ownPort = await lastingPort();
		const accounts = `http://localhost:${ownPort}/`;
		let isOurs = false;
		let stopOurs = async () => {};
		open.push(() => stopOurs());
		const between = await startBetween(({ path }) =>
			isOurs && ownPaths.test(path) ? accounts : synapse.base,
		);
		open.push(() => between[Symbol.asyncDispose]());
		let alone: Readonly<Record<string, unknown>> = {};
		const settings = await writeSettings(folder, { synapse, ownPort, accounts, apps: between.url });
		const rows =
			database === undefined ? inFile(join(synapse.dataDirectory, "homeserver.db")) : inPostgres(database);
		const backup = join(folder, "before");
		if (database !== undefined) await writeFile(backup, "a dump");
		return {
			...{ url: between.url, accounts, synapse, between, [Symbol.asyncDispose]: dispose },
			addPerson: (localpart, how) => addPerson(synapse.base, localpart, how),
			signIn: (localpart, how) => signIn(between.url, localpart, how),
			command: (...words) => command([...words, "--config", settings]),
			...{ rows, backup, ownRows: inFile(join(folder, "data", "countersign.db")) },
			async stopSynapse() {
				await synapse.stop();
				if (database === undefined) return;
				const ofSynapse = "SELECT 1 FROM pg_stat_activity WHERE usename = ?";
				await until(async () => (await rows(ofSynapse, synapseRole)).length === 0);
			},
			async change(statement, ...values) {
				await rows(statement, ...values);
			},
			async startCountersign() {
				const stop = await startOurs(settings);
				stopOurs = async () => {
					stopOurs = async () => {};
					isOurs = false;
					await stop();
				};
				isOurs = true;
			},
			stopCountersign: () => stopOurs(),
			async undelegate() {
				await writeFile(join(synapse.dataDirectory, "homeserver.yaml"), JSON.stringify(alone));
				await synapse.restart();
			},
			async delegate() {
				const file = join(synapse.dataDirectory, "homeserver.yaml");
				alone = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
				const { password_config: _, allow_guest_access: __, ...kept } = alone;
				const delegated = { enabled: true, endpoint: accounts, secret };
				const after = { ...kept, matrix_authentication_service: delegated, enable_registration: false };
				await writeFile(file, JSON.stringify(after));
				await synapse.restart();
			},
		};
	} catch (error) {
		await dispose();
		throw error;
	}
}

function inFile(file: string): MoveWorld["rows"] {
	return async (query, ...values) => {
		const connection = new DatabaseSync(file, { timeout: 10_000 });
		try {
			return connection.prepare(query).all(...values);
		} finally {
			connection.close();
		}
	};
}

function inPostgres(url: string): MoveWorld["rows"] {
	return (query, ...values) => {
		let at = 0;
		const numbered = query.replaceAll("?", () => `$${++at}`);
		return onDatabase(url, async (client) => (await client.query(numbered, [...values])).rows);
	};
}

/** A bridge of people whose names begin with its own. */
export const bridge = {
	...{ id: "bridge", url: null, as_token: "token-of-the-bridge", hs_token: "token-of-synapse" },
	...{ sender_localpart: "bridge", rate_limited: false },
	namespaces: { users: [{ exclusive: true, regex: "@bridge_.*" }], aliases: [], rooms: [] },
} as const;

/** With what a server of some years has set. */
async function startAlone(folder: string, database: string | undefined): Promise<RunningSynapse> {
	const registrations = [join(folder, "registration.yaml"), join(folder, "bridge.yaml")] as const;
	await writeFile(registrations[0], registrationFile({ serverName: "localhost", secret }));
	await writeFile(registrations[1], JSON.stringify(bridge));
	return startSynapse({
		...{ masEndpoint: "http://127.0.0.1:1/", secret, logLevel: "WARNING" },
		extraConfig: {
			matrix_authentication_service: undefined,
			registration_shared_secret: registrationSecret,
			app_service_config_files: registrations,
			allow_guest_access: true,
			password_config: { enabled: true, pepper },
			bcrypt_rounds: 4,
			...(database !== undefined && { database: settingsOf(new URL(database)) }),
		},
	});
}

function settingsOf({ hostname: host, port, pathname }: URL) {
	const place = { host, port: Number(port), user: synapseRole, dbname: pathname.slice(1) };
	return { name: "psycopg2", args: { ...place, cp_min: 1, cp_max: 5 } };
}

/** Whoever looks into the database beside it is somebody else: nobody connected is Synapse when it is stopped. */
const synapseRole = "synapse";

/** An empty database as Synapse wants it, in this cluster. */
export async function makeDatabaseOfSynapse(cluster: PostgresCluster): Promise<string> {
	await onDatabase(cluster.url("postgres"), async (client) => {
		await client.query(`CREATE ROLE ${synapseRole} LOGIN`);
		await client.query(
			`CREATE DATABASE homeserver OWNER ${synapseRole} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`,
		);
	});
	return cluster.url("homeserver");
}

interface Addresses {
	readonly synapse: RunningSynapse;
	readonly ownPort: number;
	readonly accounts: string;
	readonly apps: string;
}

async function writeSettings(
	folder: string,
	{ synapse, ownPort, accounts, apps }: Addresses,
): Promise<string> {
	const settings = join(folder, "countersign.yaml");
	const yaml = {
		...{ port: ownPort, data: join(folder, "data"), public_base: accounts, server_name: "localhost" },
		homeserver: { synapse: synapse.base, secret, public_base: apps },
		passwords: { pepper },
		metrics: { allow: ["127.0.0.1", "::1"] },
	};
	await writeFile(settings, JSON.stringify(yaml));
	return settings;
}

async function command(words: readonly string[]) {
	let said = "";
	const code = await run(words, {
		environment: {},
		out(text) {
			said += text;
		},
		complain(headline, details = []) {
			said += `${[headline, ...details].join("\n")}\n`;
		},
		async readSecret() {
			throw new Error("no secret is asked for");
		},
	});
	return { code, said };
}

async function startOurs(settings: string): Promise<() => Promise<void>> {
	const read = loadConfig({}, settings);
	if (!read.ok) throw new Error(read.problems.join("\n"));
	const faults: unknown[] = [];
	const log = {
		info() {},
		warn() {},
		error: (facts: Readonly<Record<string, unknown>>) => void faults.push(facts),
	};
	const started = await startCountersign(read.config, { log });
	if (!started.ok) throw new Error(`the server does not start: ${started.reason}`);
	return async () => {
		await started.countersign.close();
		if (faults.length > 0) throw new Error("the server had a fault of its own", { cause: faults[0] });
	};
}

/** @see https://element-hq.github.io/synapse/latest/admin_api/register_api.html */
async function addPerson(
	base: string,
	localpart: string,
	{ password = movingPassword, admin = false }: { readonly password?: string; readonly admin?: boolean } = {},
): Promise<void> {
	const url = new URL("_synapse/admin/v1/register", base);
	const { nonce } = (await (await fetch(url)).json()) as { readonly nonce: string };
	const signed = [nonce, localpart, password, admin ? "admin" : "notadmin"].join("\0");
	const mac = createHmac("sha1", registrationSecret).update(signed).digest("hex");
	const body = JSON.stringify({ nonce, username: localpart, password, admin, mac });
	const response = await fetch(url, { method: "POST", body });
	if (!response.ok) throw new Error(`${localpart} is not made: ${await response.text()}`);
}

async function signIn(
	base: string,
	localpart: string,
	{ password = movingPassword, deviceId, refresh = false }: SignIn = {},
): Promise<MovingDevice> {
	const body = {
		...{ type: "m.login.password", identifier: { type: "m.id.user", user: localpart }, password },
		...(deviceId === undefined ? {} : { device_id: deviceId }),
		refresh_token: refresh,
	};
	const answer = await call(base, "", { method: "POST", path: "login", body });
	if (answer.status !== 200) throw new Error(`${localpart} is not signed in: ${JSON.stringify(answer.body)}`);
	const { user_id: userId, device_id: id, access_token: accessToken, refresh_token: token } = answer.body;
	return { userId, deviceId: id, accessToken, ...(token === undefined ? {} : { refreshToken: token }) };
}
