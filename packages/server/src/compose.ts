/**
 * The composition root: the one place that knows every folder and hands each what it needs. `parts.ts` makes the
 * parts; this file starts and stops them.
 */
import { StorageUnavailable } from "@countersign/core";
import { closeAll, type Opened } from "./closing.ts";
import type { Clock, Config, SessionsConfig } from "./config/index.ts";
import { isProof } from "./doctor/index.ts";
import { type AnsweredRequest, type ListenOutcome, listen, type RawHandler } from "./http/index.ts";
import {
	homeserverKind,
	type InstallationOutcome,
	random,
	readInstallation,
	storageSettings,
} from "./installation.ts";
import { introspectionSecret } from "./introspection/index.ts";
import { startJobs } from "./jobs/index.ts";
import { setLimits } from "./limits/index.ts";
import { type Log, logRequest } from "./log/index.ts";
import {
	type Counts,
	createMetrics,
	type Metrics,
	type MetricsText,
	observeStorage,
} from "./metrics/index.ts";
import { createParts, isRawPath, type Parts } from "./parts.ts";
import { retention } from "./retention.ts";
import { type SessionRules, usualRules } from "./sessions/index.ts";
import { openData, type Storage } from "./storage/index.ts";

/** A running server. */
export interface Countersign {
	/** Where people and apps reach it, with a trailing slash. */
	readonly publicBase: string;
	readonly serverName: string;
	readonly port: number;
	/** What a homeserver presents when it asks what a token is worth. */
	readonly introspectionSecret: string;
	/** What this process has counted. */
	counts(): Promise<Counts>;
	/**
	 * Finishes what was accepted, then lets go of port and data. What does not end within ten seconds is given up: it is
	 * named in the log, and the answer is false.
	 */
	close(): Promise<boolean>;
}

export type StartOutcome =
	| { readonly ok: true; readonly countersign: Countersign }
	| {
			readonly ok: false;
			readonly reason: Extract<ListenOutcome | InstallationOutcome, { ok: false }>["reason"];
	  };

export interface StartOptions {
	readonly log: Log;
	/** Default: the machine's. */
	readonly clock?: Clock;
	/** As one of several processes that share port and database and are one server. Default: it is alone. */
	readonly worker?: AsWorker;
}

interface AsWorker {
	/** From 1 on. The first runs the jobs. */
	readonly number: number;
	/** What all of them have counted. */
	readWhole(): Promise<MetricsText>;
}

/**
 * Starts a server. Refuses, as a value, where it cannot listen or where the data belong to another homeserver;
 * throws `DataDirectoryInUse` while another process works on the data, and `DatabaseUnavailable` without a database.
 */
export async function startCountersign(config: Config, options: StartOptions): Promise<StartOutcome> {
	const { log } = options;
	const data = await openData(config, storageSettings(config), (err) =>
		log.error({ err }, "a database connection broke"),
	);
	const own = createMetrics(options.clock ?? Date.now);
	const metrics = options.worker === undefined ? own : { ...own, text: options.worker.readWhole };
	const observed: Storage = observeStorage(data, metrics);
	const { newRateLimiter } = observed;
	const storage = { ...observed, newRateLimiter: setLimits(newRateLimiter, config.limits) };
	/** What is open so far. */
	const open: Opened[] = [
		{ what: "data", withinMs: stop.data, close: (giveUp) => data.close(giveUp) },
		{ what: "metrics", withinMs: stop.data, close: async () => metrics.close() },
	];
	const close = () => closeAll(open.splice(0), log);
	try {
		const started = await serve(storage, { config, options, open, metrics });
		if (!started.ok) {
			await close();
			return started;
		}
		return { ok: true, countersign: { ...started.facts, counts: own.counts, close } };
	} catch (error) {
		await close();
		throw error;
	}
}

/**
 * When each is given up at a stop, in milliseconds: who asked gets most of the time, the notes that are only in memory
 * what a healthy database needs for them many times over.
 */
const stop = { requests: 8_000, notes: 9_000, data: 9_500 } as const;

interface Starting {
	readonly config: Config;
	readonly options: StartOptions;
	readonly open: Opened[];
	readonly metrics: Metrics;
}

async function serve(
	storage: Storage,
	{ config, options: { log, clock = Date.now, worker }, open, metrics }: Starting,
): Promise<
	| { readonly ok: true; readonly facts: Omit<Countersign, "close" | "counts"> }
	| Extract<StartOutcome, { ok: false }>
> {
	const installation = await readInstallation(storage, {
		serverName: config.serverName,
		homeserver: homeserverKind(config),
	});
	if (!installation.ok) return installation;
	const door = await openDoor(config, { log, metrics, clock });
	if (!door.ok) return door;
	const { server } = door;
	open.push({ what: "notes", withinMs: stop.notes, close: async () => door.parts()?.close() });
	open.push({ what: "requests", withinMs: stop.requests, close: (giveUp) => server.close(giveUp) });
	try {
		const { serverName, masterKey } = installation;
		const facts = {
			serverName,
			port: server.port,
			publicBase: config.publicBase ?? `http://localhost:${server.port}/`,
			introspectionSecret: config.homeserver?.secret ?? (await introspectionSecret(storage, random)),
		};
		const {
			openRegistration,
			signInByEmail,
			stepUp,
			resetDelayHours = 0,
			registration,
			secondFactor,
			homeserver,
			passwordPepper,
			passwordSchemes,
			operatorContact,
			branding,
			email,
			captcha,
			tokens,
			allowedClients,
			ldap,
			upstream,
			metricsAllow = [],
		} = config;
		const parts = await createParts({
			storage,
			clock,
			random,
			log,
			openRegistration,
			signInByEmail,
			stepUp,
			resetDelayMs: resetDelayHours * 3_600_000,
			registration,
			secondFactor,
			passwordPepper,
			passwordSchemes,
			operatorContact,
			branding,
			captcha,
			tokens,
			allowedClients,
			rules: rulesOf(config.sessions),
			ldap,
			upstream,
			masterKey,
			...facts,
			metrics,
			metricsAllow,
			homeserverBase: homeserver?.publicBase ?? facts.publicBase,
			...(homeserver !== undefined && { homeserver }),
			...(email !== undefined && { email }),
		});
		door.answerWith(parts);
		const runsAll = worker === undefined || worker.number === 1;
		const jobs = startJobs({ storage, retention, clock, log, others: parts.jobs, runsAll });
		open.push({ what: "jobs", withinMs: stop.requests, close: () => jobs.stop() });
		return { ok: true, facts };
	} catch (error) {
		// Before the socket is closed, which waits for the requests that wait for this.
		door.fail(error);
		throw error;
	}
}

const day = 24 * 3_600_000;

/** How sessions live, as the operator has it. */
function rulesOf(set: SessionsConfig = {}): SessionRules {
	const { accessMinutes, idleDays, daysAtMost, devicesAtMost, devicesPerApp, whenFull } = set;
	return {
		accessSeconds: accessMinutes === undefined ? usualRules.accessSeconds : accessMinutes * 60,
		...(idleDays !== undefined && { idleMs: idleDays * day }),
		...(daysAtMost !== undefined && { ageMs: daysAtMost * day }),
		...(devicesAtMost !== undefined && { devicesAtMost }),
		...(devicesPerApp !== undefined && { devicesPerApp }),
		...(whenFull !== undefined && { whenFull }),
	};
}

/**
 * The socket, and what its requests are answered by once it is there: the parts need the public address, which may
 * need the port, so that requests that come in between wait for them.
 */
async function openDoor(
	config: Config,
	{ log, metrics, clock }: { readonly log: Log; readonly metrics: Metrics; readonly clock: Clock },
) {
	const ready = Promise.withResolvers<Parts>();
	let made: Parts | undefined;
	const hasGuard = config.homeserver?.guard === true;
	const early =
		(path: string): RawHandler =>
		async (...pair) => {
			const parts = await ready.promise;
			const own = parts.raw(path);
			if (own === undefined) throw new StorageUnavailable("people are moving in");
			await own(...pair);
		};
	const logAnswered = ({ routeOf }: Parts, request: AnsweredRequest) =>
		logRequest(log, request, routeOf(request.method, request.path));
	const secret = config.homeserver?.secret;
	const socket = await listen({
		host: config.host,
		port: config.port,
		trustedProxies: config.trustedProxies,
		...(secret !== undefined && { isProof: (proof: string) => isProof(proof, { secret, clock }) }),
		answer: async (request, bindings) => (await ready.promise).answer(request, bindings),
		raw(path) {
			if (!isRawPath(path, hasGuard)) return undefined;
			return made === undefined ? early(path) : made.raw(path);
		},
		onError: (err) => log.error({ err }, "a request failed"),
		answerFailure: (error, path) => made?.answerFailure(error, path) ?? new Response(null, { status: 500 }),
		onAnswered: (request) => {
			metrics.answered(request);
			if (made !== undefined) logAnswered(made, request);
			// Where there never will be parts, there is no name for its route, and the failure has its own line.
			else
				ready.promise.then(
					(parts) => logAnswered(parts, request),
					() => {},
				);
		},
	});
	if (!socket.ok) return socket;
	return {
		ok: true,
		server: socket.server,
		parts: () => made,
		answerWith(parts: Parts) {
			made = parts;
			ready.resolve(parts);
		},
		/** Nobody waits any longer. */
		fail(error: unknown) {
			// Perhaps nobody did.
			ready.promise.catch(() => {});
			ready.reject(error);
		},
	} as const;
}
