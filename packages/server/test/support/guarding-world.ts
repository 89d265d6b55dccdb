import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { bodyOf, identity } from "@countersign/core/testing";
import { isGuardedPath } from "../../src/guard/index.ts";
import { createGuarding } from "../../src/guarding.ts";
import { appServiceTokens } from "../../src/homeserver/synapse/index.ts";
import { listen } from "../../src/http/index.ts";
import type { Storage } from "../../src/storage/index.ts";
import { keptConnections } from "./kept-connections.ts";
import { alice, openSessionWorld, random, type SessionWorld } from "./session-world.ts";

/** A request as the homeserver behind the guard got it. */
export interface Arrived {
	readonly method: string;
	/** With its query, as it was sent. */
	readonly url: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

export interface Says {
	readonly status: number;
	/** A text is sent as it is. */
	readonly body: unknown;
	readonly retryAfter?: string;
}

/**
 * The guard with its real parts on a socket, sessions in a real database, and before a homeserver that writes down what
 * arrives and says what it is told to.
 */
export interface GuardingWorld extends SessionWorld {
	readonly port: number;
	/** `http://localhost:<port>/`, in which the guard names its own pages. */
	readonly url: string;
	readonly asToken: string;
	readonly homeserverBehind: {
		/** Settable: what it says to an upload of keys. Default: 200. */
		says: Says;
		/** Settable: what it says to everything that is no question for keys. Default: what it `says`. */
		answers: (request: Arrived) => Says;
		/** Settable: Alice's master key. Default: none. */
		masterKey: unknown;
		/** Settable: called when it is asked for keys. */
		beforeLook: () => void;
		readonly arrived: readonly Arrived[];
		/** Of these, the uploads. */
		readonly uploads: () => readonly Arrived[];
		/** Answers nobody any more. */
		leave(): Promise<void>;
	};
	/** Settable: called before a token is looked at, the first time with 1. */
	readonly looksAtTokens: { before: (time: number) => void };
	/**
	 * Settable: called before the database is read, written, or asked for the account's turn, and once more before a
	 * write is committed. What it throws is what the database did.
	 */
	readonly database: { before: () => void };
	readonly log: readonly LogLine[];
	/** Alice's log, the newest line first. */
	securityLog(): Promise<readonly string[]>;
}

interface LogLine {
	readonly level: "info" | "warn" | "error";
	readonly text: string;
	/** What it was about, where something was thrown. */
	readonly err?: unknown;
}

const secret = "a-secret-of-both-sides";
export const guardedPath = "/_matrix/client/v3/keys/device_signing/upload";
export const aliceId = "@alice:localhost";

/** The body that uploads Alice's identity of that name. */
export function identityOfAlice(name: string) {
	return bodyOf(identity(name), aliceId);
}

export async function openGuardingWorld({ stepUp = false } = {}): Promise<GuardingWorld> {
	const world = await openSessionWorld("synapse");
	const behind = await startBehind();
	const log: LogLine[] = [];
	const line = (level: LogLine["level"]) => (facts: { readonly err?: unknown }, text: string) =>
		void log.push({ level, text, ...facts });
	const looksAtTokens: GuardingWorld["looksAtTokens"] = { before: () => {} };
	const database: GuardingWorld["database"] = { before: () => {} };
	let looks = 0;
	const publicBase = "http://countersign.example/";
	const guarding = createGuarding({
		storage: mayFail(world.storage, database),
		...{ clock: world.clock, random, serverName: "localhost", publicBase, stepUp },
		log: { info: line("info"), warn: line("warn"), error: line("error") },
		homeserver: { synapse: behind.base, secret, publicBase: behind.base, guard: true },
		async authenticate(token, visit) {
			looks += 1;
			looksAtTokens.before(looks);
			database.before();
			return world.sessions.authenticate(token, visit);
		},
	});
	const socket = await listen({
		...{ host: "127.0.0.1", port: 0, trustedProxies: ["127.0.0.1"] },
		raw: (path) => (isGuardedPath(path) ? guarding.handler : undefined),
		answer: () => new Response("not for the guard", { status: 404 }),
		onError(error) {
			throw error;
		},
	});
	if (!socket.ok) throw new Error(socket.reason);
	return {
		...world,
		...{ port: socket.server.port, url: publicBase, looksAtTokens, database, log },
		homeserverBehind: behind.says,
		asToken: appServiceTokens(secret).asToken,
		async securityLog() {
			const events = world.rows("SELECT kind FROM security_events WHERE account_id = ?", alice);
			return events.map(({ kind }) => String(kind));
		},
		async [Symbol.asyncDispose]() {
			await socket.server.close(AbortSignal.abort());
			guarding.close();
			await behind.close();
			await world[Symbol.asyncDispose]();
		},
	};
}

function mayFail(storage: Storage, database: GuardingWorld["database"]): Storage {
	return {
		...storage,
		read: eachFirst(storage.read, () => database.before()),
		async write(work) {
			database.before();
			return storage.write(async (unit) => {
				const done = await work(unit);
				database.before();
				return done;
			});
		},
		async exclusively(accountId, work) {
			database.before();
			return storage.exclusively(accountId, work);
		},
	};
}

/** The same, but that each of its functions does something first, as deep as they stand. */
function eachFirst<T extends object>(of: T, first: () => void): T {
	return new Proxy(of, {
		get(target, name) {
			const value: unknown = Reflect.get(target, name);
			if (typeof value === "object" && value !== null) return eachFirst(value, first);
			if (typeof value !== "function") return value;
			return async (...given: readonly unknown[]) => {
				first();
				return value.apply(target, given);
			};
		},
	});
}

async function startBehind() {
	const arrived: Arrived[] = [];
	const says: Omit<GuardingWorld["homeserverBehind"], "leave"> = {
		says: { status: 200, body: {} },
		answers: () => says.says,
		masterKey: undefined,
		beforeLook: () => {},
		arrived,
		uploads: () => arrived.filter(({ url }) => url.startsWith(guardedPath)),
	};
	const server = createServer(keptConnections, async (request, response) => {
		const parts: Buffer[] = [];
		for await (const part of request) parts.push(part);
		const { method = "", url = "", headers } = request;
		const asked = { method, url, headers, body: Buffer.concat(parts).toString() };
		arrived.push(asked);
		const asksForKeys = url.startsWith("/_matrix/client/v3/keys/query");
		if (asksForKeys) says.beforeLook();
		const keys = says.masterKey === undefined ? {} : { master_keys: { [aliceId]: says.masterKey } };
		const { status, body, retryAfter } = asksForKeys
			? { status: 200, body: keys, retryAfter: undefined }
			: says.answers(asked);
		response.writeHead(status, {
			...{ "content-type": "application/json", "set-cookie": "of=the-homeserver", "x-of": "the homeserver" },
			...(retryAfter !== undefined && { "retry-after": retryAfter }),
		});
		response.end(typeof body === "string" ? body : JSON.stringify(body));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const close = async () => {
		if (!server.listening) return;
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	};
	const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
	return { base, close, says: Object.assign(says, { leave: close }) };
}
