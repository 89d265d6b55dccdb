import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type AccountId, approveRequest, asAccountId, denyRequest, type SessionId } from "@countersign/core";
import { asDeviceId, type DeviceId } from "@countersign/protocol";
import { createConnection, createEmbedded } from "../../src/homeserver/embedded/index.ts";
import { listen } from "../../src/http/index.ts";
import { createSessions, onDevices, type Sessions } from "../../src/sessions/index.ts";
import { openSqlite, type Storage } from "../../src/storage/index.ts";
import { random } from "./session-world.ts";
import { seedBrowser } from "./storage.ts";
import { until } from "./until.ts";

const serverName = "example.org";
const publicBase = "https://auth.example.org/";
const clientId = "client-one";

/** The embedded homeserver on a real socket, over real sessions and a real database, for people of `example.org`. */
export interface HomeserverWorld {
	/** Where it listens; another one after a restart, as are storage, sessions and connection. */
	readonly base: string;
	readonly storage: Storage;
	readonly sessions: Sessions<Storage["read"]>;
	readonly homeserver: ReturnType<typeof createConnection>;
	/** Signs the person in on a device, making the account as needed; for the whole client API unless a scope is given. */
	signIn(localpart: string, deviceId: string, scope?: string): Promise<App>;
	/** The person approves, or refuses, the one request that waits. */
	decide(how: "approve" | "deny", accountId: AccountId): Promise<void>;
	lock(accountId: AccountId): void;
	/** From now on its token passes for good, as it does for a request that was let in a moment before its session ended. */
	letIn(app: App): Promise<void>;
	/** Changes the database beside the server, for what would take too long through it. */
	sql(statement: string, ...values: string[]): void;
	/** Every row there is, but of sessions and tokens, whose last use is noted some time later. */
	dump(): unknown;
	advance(ms: number): void;
	now(): number;
	/** How many requests the server has not answered yet. */
	unanswered(): number;
	/** Resolves when that many have arrived at the server and wait for their answers. */
	waiting(count: number): Promise<void>;
	/** Stops the server as a signal would. */
	stop(): Promise<void>;
	/** Stops everything and starts it again on the same directory. */
	restart(): Promise<void>;
	[Symbol.asyncDispose](): Promise<void>;
}

export interface Answer {
	readonly status: number;
	// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests, member by member
	readonly body: any;
	readonly headers: Headers;
}

/** An app of one person on one device. */
export interface App {
	readonly accountId: AccountId;
	readonly userId: string;
	readonly deviceId: DeviceId;
	readonly sessionId: SessionId;
	readonly accessToken: string;
	/** The path is what stands after `/_matrix/client/v3/`, unless it begins with a slash. */
	call(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Answer>;
}

export async function openHomeserverWorld(): Promise<HomeserverWorld> {
	const directory = await mkdtemp(join(tmpdir(), "countersign-homeserver-"));
	const faults: unknown[] = [];
	let now = 1_800_000_000_000;
	const clock = () => now;
	let running = await start({ directory, clock, faults });
	const beside = new DatabaseSync(join(directory, "countersign.db"), { timeout: 5_000 });
	beside
		.prepare("INSERT INTO clients (id, metadata, created_at, last_used_at) VALUES (?, ?, 0, 0)")
		.run(clientId, JSON.stringify({ client_name: "Example App", client_uri: "https://app.example/" }));

	return {
		get base() {
			return running.base;
		},
		get storage() {
			return running.storage;
		},
		get sessions() {
			return running.sessions;
		},
		get homeserver() {
			return running.homeserver;
		},
		async signIn(localpart, device, scope = `urn:matrix:client:api:* urn:matrix:client:device:${device}`) {
			const deviceId = asDeviceId(device);
			const accountId = asAccountId(`account-${localpart}`);
			await running.storage.write((unit) =>
				unit.accounts.add({ id: accountId, localpart, passwordHash: "unused", createdAt: now }),
			);
			const opened = await running.sessions.open({ accountId, clientId, scope, deviceId }, async () => true);
			if (!opened.ok) throw new Error(`not signed in: ${opened.reason}`);
			const { accessToken, sessionId } = opened.tokens;
			return {
				...{ accountId, userId: `@${localpart}:${serverName}`, deviceId, sessionId, accessToken },
				call: (method, path, body, signal) => call(running.base, accessToken, { method, path, body, signal }),
			};
		},
		decide: (how, accountId) => decide(running.storage, how, { accountId, now }),
		lock: (accountId) =>
			void beside.prepare("UPDATE accounts SET locked_at = ? WHERE id = ?").run(now, accountId),
		letIn: (app) => running.letIn(app.accessToken),
		sql: (statement, ...values) => void beside.prepare(statement).run(...values),
		dump: () => dump(beside),
		advance(ms) {
			now += ms;
		},
		now: clock,
		unanswered: () => running.unanswered(),
		waiting: (count) => until(() => running.unanswered() === count),
		stop: () => running.stop(),
		async restart() {
			await running.close();
			running = await start({ directory, clock, faults });
		},
		async [Symbol.asyncDispose]() {
			await running.close();
			beside.close();
			await rm(directory, { recursive: true });
			if (faults.length > 0) throw new Error("the server had a fault of its own", { cause: faults[0] });
		},
	};
}

async function start({
	directory,
	clock,
	faults,
}: {
	readonly directory: string;
	readonly clock: () => number;
	readonly faults: unknown[];
}) {
	const storage = await openSqlite(directory);
	const homeserver = createConnection({ storage, clock });
	const sessions = createSessions({
		...{ storage, clock, random, homeserver, serverName, secretKey: new Uint8Array(32).fill(7) },
	});
	const inside = new Map<string, Awaited<ReturnType<typeof sessions.authenticate>>>();
	const { routes } = createEmbedded({
		...{ storage, clock, random, serverName, publicBase, newRateLimiter: storage.newRateLimiter },
		canStepUp: () => false,
		log: { error: (facts) => void faults.push(facts.err) },
		authenticate: async (token, visit) => inside.get(token) ?? sessions.authenticate(token, visit),
		lastSeen: async (accountId) => onDevices(await sessions.listOf(accountId)),
		authorizationMetadata: { issuer: publicBase, account_management_uri: `${publicBase}account/` },
	});
	let unanswered = 0;
	const outcome = await listen({
		...{ host: "127.0.0.1", port: 0, raw: () => undefined },
		async answer(request, bindings) {
			unanswered += 1;
			try {
				return await routes.fetch(request, bindings);
			} finally {
				unanswered -= 1;
			}
		},
		onError: (error) => void faults.push(error),
	});
	if (!outcome.ok) throw new Error(`no socket: ${outcome.reason}`);
	const { server } = outcome;
	return {
		...{ storage, homeserver, sessions, base: `http://127.0.0.1:${server.port}` },
		unanswered: () => unanswered,
		async letIn(token: string) {
			inside.set(token, await sessions.authenticate(token, {}));
		},
		stop: () => server.close(AbortSignal.timeout(10_000)),
		async close() {
			await server.close(AbortSignal.timeout(10_000));
			await sessions.close();
			await storage.close();
		},
	};
}

async function decide(
	storage: Storage,
	how: "approve" | "deny",
	{ accountId, now }: { readonly accountId: AccountId; readonly now: number },
): Promise<void> {
	const [waiting, ...more] = await storage.read.requests.ofAccount(accountId, now);
	if (waiting?.state !== "pending" || more.length > 0) throw new Error("not exactly one request waits");
	const decision = { reference: waiting.reference, accountId, now, newToken: random.token };
	const outcome =
		how === "approve"
			? await approveRequest(storage, {
					...decision,
					delayMs: 0,
					proof: await seedBrowser(storage, { accountId, at: now }),
				})
			: await denyRequest(storage, decision);
	if (!outcome.ok) throw new Error(`not decided: ${outcome.reason}`);
}

interface Asked {
	readonly method: string;
	readonly path: string;
	readonly body?: unknown;
	readonly signal: AbortSignal | undefined;
}

/** A text is sent as it is, anything else as JSON. */
async function call(
	base: string,
	accessToken: string,
	{ method, path, body, signal }: Asked,
): Promise<Answer> {
	const response = await fetch(
		path.startsWith("/") ? `${base}${path}` : `${base}/_matrix/client/v3/${path}`,
		{
			method,
			headers: { authorization: `Bearer ${accessToken}` },
			...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
			...(signal !== undefined && { signal }),
		},
	);
	return { status: response.status, body: await response.json(), headers: response.headers };
}

function dump(database: DatabaseSync): unknown {
	const names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all();
	return names
		.map(({ name }) => String(name))
		.filter((name) => !["sessions", "access_tokens"].includes(name))
		.map((name) => [name, database.prepare(`SELECT * FROM ${name}`).all()]);
}
