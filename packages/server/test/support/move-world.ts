/**
 * A real Synapse that signs people in itself, and a Countersign to which they move: through one address, as a proxy
 * leads there before and after. The commands are the operator's.
 */
import { createHmac } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { run } from "../../src/cli/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import { registrationFile } from "../../src/homeserver/synapse/index.ts";
import { startCountersign } from "../../src/index.ts";
import { type Between, startBetween } from "./between.ts";
import type { SdkDevice } from "./js-sdk.ts";
import { lastingPort } from "./lasting-port.ts";
import { call } from "./server.ts";
import { type RunningSynapse, startSynapse } from "./synapse.ts";

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
	/** Makes a person at Synapse. */
	addPerson(localpart: string, how?: { readonly password?: string; readonly admin?: boolean }): Promise<void>;
	/** Signs in by the older login API, wherever that is now. */
	signIn(localpart: string, how?: SignIn): Promise<MovingDevice>;
	/** A command of the operator's, with the settings of this world. */
	command(...words: readonly string[]): Promise<{ readonly code: number; readonly said: string }>;
	/** Gives somebody a password at Countersign. */
	setPassword(localpart: string, password: string): Promise<void>;
	/** Synapse's own database, while it is stopped. */
	change(statement: string, ...values: readonly (string | number | null)[]): void;
	rows(query: string): readonly Readonly<Record<string, unknown>>[];
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

export async function openMoveWorld(): Promise<MoveWorld> {
	const open: (() => Promise<void>)[] = [];
	const dispose = async () => {
		for (const close of open.splice(0).reverse()) await close();
	};
	try {
		const folder = await mkdtemp(join(tmpdir(), "countersign-move-"));
		open.push(() => rm(folder, { recursive: true, force: true }));
		const synapse = await startAlone(folder);
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
		const database = join(synapse.dataDirectory, "homeserver.db");
		return {
			...{ url: between.url, accounts, synapse, between, [Symbol.asyncDispose]: dispose },
			addPerson: (localpart, how) => addPerson(synapse.base, localpart, how),
			signIn: (localpart, how) => signIn(between.url, localpart, how),
			command: (...words) => command([...words, "--config", settings]),
			async setPassword(localpart, password) {
				const { code, said } = await command(
					["users", "set-password", localpart, "--config", settings],
					password,
				);
				if (code !== 0) throw new Error(said);
			},
			change(statement, ...values) {
				const connection = new DatabaseSync(database);
				connection.prepare(statement).run(...values);
				connection.close();
			},
			rows(query) {
				const connection = new DatabaseSync(database);
				const rows = connection.prepare(query).all();
				connection.close();
				return rows;
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
				const { password_config: _, ...kept } = alone;
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

/** With what a server of some years has set. */
async function startAlone(folder: string): Promise<RunningSynapse> {
	await writeFile(join(folder, "registration.yaml"), registrationFile({ serverName: "localhost", secret }));
	return startSynapse({
		...{ masEndpoint: "http://127.0.0.1:1/", secret, logLevel: "WARNING" },
		registration: { path: join(folder, "registration.yaml") },
		extraConfig: {
			matrix_authentication_service: undefined,
			registration_shared_secret: registrationSecret,
			password_config: { enabled: true, pepper },
			bcrypt_rounds: 4,
		},
	});
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
	};
	await writeFile(settings, JSON.stringify(yaml));
	return settings;
}

async function command(words: readonly string[], secretTyped?: string) {
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
			if (secretTyped === undefined) throw new Error("no secret was to be asked for");
			return secretTyped;
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
