import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
	BrandingConfig,
	CaptchaConfig,
	Clock,
	Config,
	EmailConfig,
	LdapConfig,
	RegistrationConfig,
	SecondFactorConfig,
	SynapseConfig,
	UpstreamConfig,
} from "../../src/config/index.ts";
import { type Countersign, type Log, startCountersign } from "../../src/index.ts";
import { layEmptyDatabase } from "./empty-database.ts";
import { lastingPort } from "./lasting-port.ts";
import { createDatabase } from "./postgres.ts";
import { startProxy } from "./proxy.ts";
import { dialect } from "./storage.ts";

export interface InstanceOptions {
	readonly clock?: Clock;
	/** Default true. */
	readonly openRegistration?: boolean;
	/** What else is asked of who registers. Default: nothing. */
	readonly registration?: RegistrationConfig;
	/** Of whom a second factor is demanded. Default: of nobody. */
	readonly secondFactor?: SecondFactorConfig;
	/** Default false. */
	readonly stepUp?: boolean;
	/** Default: what was approved can be used at once. */
	readonly resetDelayHours?: number;
	/** Default false. */
	readonly signInByEmail?: boolean;
	/** Whom people are told to ask. Default: nobody by name. */
	readonly operatorContact?: string;
	readonly branding?: BrandingConfig;
	/** What tells people from programs. Default: nothing does. */
	readonly captcha?: CaptchaConfig;
	/** A directory that checks passwords. Default: none. */
	readonly ldap?: LdapConfig;
	/** Other services by which people sign in. Default: none. */
	readonly upstream?: readonly UpstreamConfig[];
	/** The mail server. Default: nobody is sent mail. */
	readonly email?: EmailConfig;
	/** What the operator sets of apps and their tokens. Default: nothing. */
	readonly settings?: Pick<Config, "sessions" | "allowedClients" | "limits" | "tokens">;
	/** A PostgreSQL database. Default: one of its own, in the dialect of this run of the tests. */
	readonly database?: string;
	/** The Synapse beside it. Default: the embedded homeserver. */
	readonly homeserver?: SynapseConfig;
	/** Where a proxy of the test's own stands before it, which it trusts. Default: none does. */
	readonly behind?: { readonly publicBase: string; readonly trustedProxies: readonly string[] };
}

/** One server on SQLite; on PostgreSQL two, side by side on one database, behind a proxy that takes them in turn. */
export interface Instances {
	/** `http://localhost:<port>/`. */
	readonly url: string;
	readonly port: number;
	readonly introspectionSecret: string;
	readonly dataDirectory: string;
	/** The PostgreSQL database. */
	readonly database: string | undefined;
	/** What each instance listens on itself. */
	readonly ports: () => readonly number[];
	/** Stops and starts all of them on the same data; with these settings from now on, if given. */
	restart(changed?: Pick<InstanceOptions, "secondFactor" | "registration" | "settings">): Promise<void>;
	close(): Promise<void>;
}

/** @param faults gets what the servers themselves fail at */
export async function startInstances(options: InstanceOptions, faults: unknown[]): Promise<Instances> {
	const dataDirectory = await mkdtemp(join(tmpdir(), "countersign-server-"));
	const own = options.database === undefined && dialect === "PostgreSQL" ? await createDatabase() : undefined;
	const database = options.database ?? own?.url;
	if (database === undefined) await layEmptyDatabase(dataDirectory);
	const proxy = database === undefined ? undefined : await startProxy();
	let settings = options;
	const start = (port: number) => startOne({ ...settings, dataDirectory, database, port, proxy }, faults);
	const alone = proxy === undefined ? await lastingPort() : undefined;
	// Two first starts at once on one database: both have to end with the same keys.
	const startAll = () => Promise.all(alone === undefined ? [start(0), start(0)] : [start(alone)]);
	let running = await startAll();
	proxy?.serve(running.map(({ port }) => port));
	const [{ publicBase: url, introspectionSecret } = missing()] = running;
	const port = proxy?.port ?? running[0]?.port ?? missing();
	const stop = () => Promise.all(running.map((each) => each.close()));
	return {
		...{ url, port, introspectionSecret, dataDirectory, database },
		ports: () => running.map((each) => each.port),
		async restart(changed) {
			await stop();
			settings = { ...settings, ...changed };
			running = await startAll();
			proxy?.serve(running.map((each) => each.port));
		},
		async close() {
			await stop();
			await proxy?.close();
			await rm(dataDirectory, { recursive: true, force: true });
			await own?.release();
		},
	};
}

interface One extends Omit<InstanceOptions, "database"> {
	readonly dataDirectory: string;
	readonly database: string | undefined;
	readonly port: number;
	readonly proxy: { readonly url: string } | undefined;
}

async function startOne(
	{
		dataDirectory,
		database,
		port,
		proxy,
		openRegistration = true,
		stepUp = false,
		resetDelayHours,
		signInByEmail = false,
		registration,
		secondFactor,
		clock,
		homeserver,
		behind,
		operatorContact,
		branding,
		email,
		captcha,
		settings,
		upstream,
		ldap,
	}: One,
	faults: unknown[],
): Promise<Countersign> {
	const log: Log = { info() {}, warn() {}, error: (facts) => void faults.push(facts.err ?? facts) };
	const started = await startCountersign(
		{
			...{ host: "127.0.0.1", port, dataDirectory, openRegistration, stepUp, trustedProxies: [] },
			signInByEmail,
			...settings,
			...(database !== undefined && { database }),
			...(resetDelayHours !== undefined && { resetDelayHours }),
			...(registration !== undefined && { registration }),
			...(secondFactor !== undefined && { secondFactor }),
			...(proxy !== undefined && { publicBase: proxy.url }),
			...behind,
			...(operatorContact !== undefined && { operatorContact }),
			...(branding !== undefined && { branding }),
			...(email !== undefined && { email }),
			...(captcha !== undefined && { captcha }),
			...(upstream !== undefined && { upstream }),
			...(ldap !== undefined && { ldap }),
			...(homeserver !== undefined && { homeserver, serverName: "localhost" }),
		},
		{ log, ...(clock !== undefined && { clock }) },
	);
	if (!started.ok) throw new Error(`the server does not start: ${started.reason}`);
	return started.countersign;
}

function missing(): never {
	throw new Error("no server was started");
}
