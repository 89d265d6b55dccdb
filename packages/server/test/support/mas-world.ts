/**
 * A database in MAS's shape with everything that can be moved, MAS's settings, and a Countersign to which people move,
 * beside a homeserver that takes everything. The commands are the operator's.
 */
import { generateKeyPairSync, hash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../src/cli/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import { startCountersign } from "../../src/index.ts";
import { isMasRunning } from "../../src/storage/index.ts";
import { type HomeserverStandIn, startHomeserverStandIn } from "./homeserver-stand-in.ts";
import { lastingPort } from "./lasting-port.ts";
import { masRows } from "./mas-people.ts";
import { masTables } from "./mas-tables.ts";
import { linesOf } from "./move-data.ts";
import { onDatabase, startCluster } from "./postgres.ts";
import { until } from "./until.ts";

export interface MasWorld {
	/** Where people and apps reach MAS, and Countersign after it; with a trailing slash. */
	readonly url: string;
	readonly homeserver: HomeserverStandIn;
	readonly folder: string;
	/** MAS's settings file. */
	readonly yaml: string;
	/** Countersign's. */
	readonly settings: string;
	/** A command of the operator's, on Countersign's settings. */
	command(...words: readonly string[]): Promise<{ readonly code: number; readonly said: string }>;
	/** The same, with a password typed that is asked for. */
	typing(password: string, ...words: readonly string[]): ReturnType<MasWorld["command"]>;
	/** Resolves once Synapse has been told of everything that happened here. Countersign runs. */
	everythingTold(): Promise<void>;
	/** One statement in MAS's database. */
	change(statement: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
	/** Resolves once nobody is connected to it any more: a connection is gone a moment after it was closed. */
	masStopped(): Promise<void>;
	/** Keeps MAS's database as it is; the function puts that in its place, as often as it is called. */
	keepMas(): Promise<() => Promise<void>>;
	/** Starts Countersign; the function stops it. */
	start(): Promise<() => Promise<void>>;
	[Symbol.asyncDispose](): Promise<void>;
}

/** Under `secrets.encryption` of the bytes 0 to 31, by Python's cryptography. */
export const toolSecret = "the secret of a tool";
const encrypted = "AAECAwQFBgcICQoL/ZNtIFpyxjLS9x+c/j1vQ70f3YsjUc6OQnv72Pl5jktLe/TL";

/** As MAS's settings have them: what people-who-moved's hashes were made with. */
const schemes = [
	{ version: 1, algorithm: "bcrypt", cost: 4, secret: "bcrypt's secret" },
	{ version: 2, algorithm: "pbkdf2", secret: "pbkdf2's secret" },
	{ version: 3, algorithm: "argon2id", secret_file: "argon2id-key" },
	{ version: 4, algorithm: "argon2id" },
];

export async function openMasWorld(): Promise<MasWorld> {
	const open: (() => Promise<unknown>)[] = [];
	const dispose = async () => {
		for (const close of open.splice(0).reverse()) await close();
	};
	try {
		const folder = await mkdtemp(join(tmpdir(), "countersign-mas-"));
		open.push(() => rm(folder, { recursive: true, force: true }));
		const cluster = await startCluster();
		open.push(() => cluster.stop());
		const homeserver = await startHomeserverStandIn();
		open.push(() => homeserver.close());
		const database = cluster.url("mas");
		await onDatabase(cluster.url("postgres"), (client) => client.query("CREATE DATABASE mas"));
		const sha256 = (token: string) => hash("sha256", token, "hex");
		await onDatabase(database, async (client) => {
			for (const statement of [...masTables, ...masRows({ encrypted, sha256 })])
				await client.query(statement);
		});
		const url = `http://localhost:${await lastingPort()}/`;
		const [yaml, settings] = [join(folder, "config.yaml"), join(folder, "ours", "countersign.yaml")];
		await writeFile(yaml, JSON.stringify(masSettings({ url, database, homeserver })));
		await writeFile(join(folder, "argon2id-key"), "argon2id's key");
		const { hostname: host, port, username: user } = new URL(database);
		const place = { kind: "postgres", host, port: Number(port), user, database: "mas", ssl: "none" } as const;
		return {
			...{ url, homeserver, folder, yaml, settings, [Symbol.asyncDispose]: dispose },
			command: (...words) => command([...words, "--config", settings]),
			typing: (password, ...words) => command([...words, "--config", settings], password),
			everythingTold: () =>
				until(async () => linesOf(join(folder, "ours", "data", "countersign.db"), [untold]).length === 0),
			change: (statement) => onDatabase(database, async (client) => (await client.query(statement)).rows),
			masStopped: () => until(async () => !(await isMasRunning(place))),
			async keepMas() {
				const administrate = (...statements: readonly string[]) =>
					onDatabase(cluster.url("postgres"), async (client) => {
						for (const statement of statements) await client.query(statement);
					});
				await administrate("CREATE DATABASE mas_before TEMPLATE mas");
				return () =>
					administrate("DROP DATABASE mas WITH (FORCE)", "CREATE DATABASE mas TEMPLATE mas_before");
			},
			start: () => start(settings),
		};
	} catch (error) {
		await dispose();
		throw error;
	}
}

interface Places {
	readonly url: string;
	readonly database: string;
	readonly homeserver: HomeserverStandIn;
}

function masSettings({ url, database, homeserver }: Places) {
	const pem = { type: "pkcs8", format: "pem" } as const;
	const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export(pem);
	const curve = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey.export(pem);
	return {
		http: {
			public_base: url,
			listeners: [
				{ name: "internal", resources: [{ name: "health" }], binds: [{ host: "localhost", port: 8081 }] },
				{
					name: "web",
					resources: [{ name: "oauth" }],
					binds: [{ address: `127.0.0.1:${new URL(url).port}` }],
				},
			],
			trusted_proxies: ["127.0.0.1/8"],
		},
		account: { password_registration_enabled: true },
		email: { from: '"Somebody" <us@example.org>', transport: "smtp", hostname: "mail.example.org" },
		policy: { data: { admin_users: ["bert"] } },
		database: { uri: database },
		matrix: { homeserver: "localhost", secret: homeserver.secret, endpoint: homeserver.base },
		secrets: {
			encryption: Buffer.from(Array.from({ length: 32 }, (_, byte) => byte)).toString("hex"),
			keys: [{ kid: "the-rsa-key", key: rsa }, { key: curve("P-384") }, { key: curve("secp256k1") }],
		},
		passwords: { schemes },
	};
}

const untold = "SELECT kind FROM homeserver_tasks WHERE told_at IS NULL AND refused_at IS NULL";

async function command(words: readonly string[], typed?: string) {
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
			if (typed === undefined) throw new Error("no secret was to be asked for");
			return typed;
		},
	});
	return { code, said };
}

async function start(settings: string): Promise<() => Promise<void>> {
	const read = loadConfig({}, settings);
	if (!read.ok) throw new Error(read.problems.join("\n"));
	const faults: unknown[] = [];
	const log = {
		info() {},
		warn() {},
		error: (facts: Readonly<Record<string, unknown>>) => void faults.push(facts.err ?? facts),
	};
	const started = await startCountersign(read.config, { log });
	if (!started.ok) throw new Error(`the server does not start: ${started.reason}`);
	return async () => {
		await started.countersign.close();
		if (faults.length > 0) throw new Error("the server had a fault of its own", { cause: faults[0] });
	};
}
