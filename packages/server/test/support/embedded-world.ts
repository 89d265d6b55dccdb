import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmbedded } from "../../src/homeserver/embedded/index.ts";
import { type Listening, listen } from "../../src/http/index.ts";
import { openSqlite, type Storage } from "../../src/storage/index.ts";
import { random } from "./session-world.ts";

const startedAt = 1_800_000_000_000;

/** The embedded homeserver alone on a real socket and a real database, with tokens that are made by hand. */
export interface EmbeddedWorld {
	readonly base: string;
	readonly storage: Storage;
	/** Makes the account as needed and gives it a device; the device id is the access token. */
	device(localpart: string, deviceId: string): Promise<App>;
	/** From now on the device's token is one of an ended session. */
	endToken(deviceId: string): void;
	advance(ms: number): void;
	/** How many requests the server has not answered yet. */
	unanswered(): number;
	/** Stops the server as a signal would. */
	stop(): Promise<void>;
	/** Stops everything and starts it again on the same directory. */
	restart(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
}

interface Answer {
	readonly status: number;
	// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests, member by member
	readonly body: any;
	readonly headers: Headers;
}

/** An app of one person on one device. */
export interface App {
	readonly accountId: string;
	readonly userId: string;
	/** The path is what stands after `/_matrix/client/v3/`, unless it begins with a slash. */
	call(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Answer>;
}

export async function openEmbeddedWorld(): Promise<EmbeddedWorld> {
	const directory = await mkdtemp(join(tmpdir(), "countersign-embedded-"));
	const callers = new Map<string, ReturnType<typeof callerOf>>();
	let now = startedAt;
	let unanswered = 0;
	const start = async () => {
		const storage = await openSqlite(directory);
		const embedded = createEmbedded({
			...{ storage, random, serverName: "localhost", publicBase: "http://localhost/" },
			...{ clock: () => now, log: { error: (facts) => assertNothing(facts.err) } },
			authenticate: async (token) => {
				const caller = callers.get(token);
				return caller === undefined ? { ok: false, reason: "ended" } : { ok: true, caller };
			},
			lastSeen: async () => [],
			authorizationMetadata: { issuer: "http://localhost/" },
		});
		const server = await serve(async (request, bindings) => {
			unanswered += 1;
			try {
				return await embedded.routes.fetch(request, bindings);
			} finally {
				unanswered -= 1;
			}
		});
		return { storage, server };
	};
	let running = await start();
	const stop = async () => {
		await running.server.close();
		await running.storage.close();
	};
	const base = () => `http://127.0.0.1:${running.server.port}`;
	return {
		get base() {
			return base();
		},
		get storage() {
			return running.storage;
		},
		async device(localpart, deviceId) {
			const caller = callerOf(localpart, deviceId);
			callers.set(deviceId, caller);
			await seed(running.storage, caller, now);
			const { accountId, userId } = caller;
			return { accountId, userId, call: (...request) => call(base(), deviceId, ...request) };
		},
		endToken: (deviceId) => void callers.delete(deviceId),
		advance(ms) {
			now += ms;
		},
		unanswered: () => unanswered,
		stop: () => running.server.close(),
		async restart() {
			await stop();
			running = await start();
		},
		async [Symbol.asyncDispose]() {
			await stop();
			await rm(directory, { recursive: true });
		},
	};
}

function callerOf(localpart: string, deviceId: string) {
	return {
		accountId: `account-${localpart}`,
		localpart,
		userId: `@${localpart}:localhost`,
		sessionId: `session-${deviceId}`,
		deviceId,
		clientId: "client",
		scope: `urn:matrix:client:api:* urn:matrix:client:device:${deviceId}`,
	};
}

async function seed(
	storage: Storage,
	{ accountId, localpart, deviceId }: ReturnType<typeof callerOf>,
	createdAt: number,
): Promise<void> {
	await storage.write(async (unit) => {
		if ((await unit.profiles.ofLocalpart(localpart)) === undefined)
			await unit.accounts.add({ id: accountId, localpart, passwordHash: "unused", createdAt });
		await unit.devices.add({ accountId, deviceId, createdAt });
	});
}

async function serve(answer: Parameters<typeof listen>[0]["answer"]): Promise<Listening> {
	const outcome = await listen({
		...{ host: "127.0.0.1", port: 0, answer, raw: () => undefined },
		onError: assertNothing,
	});
	if (!outcome.ok) throw new Error(`no socket: ${outcome.reason}`);
	return outcome.server;
}

async function call(
	base: string,
	token: string,
	method: string,
	path: string,
	body?: unknown,
	signal?: AbortSignal,
): Promise<Answer> {
	const url = path.startsWith("/") ? `${base}${path}` : `${base}/_matrix/client/v3/${path}`;
	const response = await fetch(url, {
		method,
		headers: { authorization: `Bearer ${token}` },
		...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
		...(signal !== undefined && { signal }),
	});
	return { status: response.status, body: await response.json(), headers: response.headers };
}

function assertNothing(error: unknown): void {
	throw new Error("the server had a fault of its own", { cause: error });
}
