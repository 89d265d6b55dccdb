import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { answerClass } from "./answer.ts";
import { clientAddressOf, createArrivals } from "./arrivals.ts";
import type { Bindings } from "./bindings.ts";
import { type Connections, createConnections } from "./connections.ts";
import { createRunning, type Running } from "./running.ts";
import { proofIn, seenAddressHeaders, writeSeenAddress } from "./seen-address.ts";

/** A handler for node's own objects, for the paths where wrapping them costs too much, and for the engine's. */
export type RawHandler = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> | void;

export interface ListenOptions {
	readonly host: string;
	/** 0 for any free one. */
	readonly port: number;
	/** Whose `X-Forwarded-For` is believed, addresses and networks. Default: nobody's. */
	readonly trustedProxies?: readonly string[];
	readonly answer: (request: Request, bindings: Bindings) => Response | Promise<Response>;
	/** Asked first, with the path as it was sent, without its query. */
	readonly raw: (path: string) => RawHandler | undefined;
	/** Whose proof opens it is told in the answer whom their request seems to come from. Default: nobody's. */
	readonly isProof?: (proof: string) => boolean;
	/** Told of each request once its answer has left, or its asker has. Must not throw. */
	readonly onAnswered?: (request: AnsweredRequest) => void;
	/** Told of whatever a handler threw. */
	readonly onError: (error: unknown) => void;
	/** What the asker of a raw handler that threw is answered, by its path. Default: that it failed, and no more. */
	readonly answerFailure?: (error: unknown, path: string) => Response;
}

/** A request that is over, without anything that could be a secret. */
export interface AnsweredRequest {
	readonly method: string;
	/** As it was sent, without its query. */
	readonly path: string;
	/** Undefined when the asker left before there was an answer. */
	readonly status: number | undefined;
	readonly ms: number;
}

export interface Listening {
	readonly port: number;
	/**
	 * Takes no more connections, has long answers finish, and returns when all are done, or cuts them off at `giveUp`. Who
	 * has not sent all they ask is waited for a few seconds: by holding it back nobody makes a stop fail.
	 */
	close(giveUp: AbortSignal): Promise<void>;
}

export type ListenOutcome =
	| { readonly ok: true; readonly server: Listening }
	| { readonly ok: false; readonly reason: "address-in-use" | "address-unavailable" | "not-permitted" };

/**
 * An idle connection is closed later than any proxy would (nginx after one minute, Caddy after two): whoever closes
 * first cuts off a request that is on its way just then, and a POST is sent again by nobody.
 */
const timeouts = { headersTimeout: 15_000, requestTimeout: 60_000, keepAliveTimeout: 130_000 } as const;
const maxHeaderSize = 16 * 1024;
/** What a stop gives those who have not sent all they ask, or do not read their answer. */
const waitingMs = 3_000;

/** Opens the one socket that everything is served on. Refuses, as a value, where the address cannot be had. */
export async function listen(options: ListenOptions): Promise<ListenOutcome> {
	const stop = new AbortController();
	const running = createRunning();
	const handle = dispatcher(options, running, stop.signal);
	const arrivals = createArrivals(options.trustedProxies ?? []);
	const connections = createConnections();
	const settings = { ...timeouts, maxHeaderSize, ServerResponse: answerClass(stop.signal) };
	const server = createServer(settings, (incoming, outgoing) => {
		// The answer before has said that nothing more is answered here.
		if (incoming.socket.writableEnded) return void incoming.socket.destroy();
		const begunAt = performance.now();
		connections.began({ incoming, outgoing });
		arrivals.arrived(incoming);
		// Taken now: the engine rewrites the request it is given.
		const [method, path] = [incoming.method ?? "", pathOf(incoming)];
		outgoing.on("close", () => {
			const status = outgoing.headersSent ? outgoing.statusCode : undefined;
			options.onAnswered?.({ method, path, status, ms: performance.now() - begunAt });
			if (stop.signal.aborted) setImmediate(() => server.closeIdleConnections());
		});
		if (hostsOf(incoming) > 1) return void outgoing.writeHead(400, { connection: "close" }).end();
		const proof = proofIn(incoming);
		if (proof !== undefined && options.isProof?.(proof) === true)
			outgoing.setHeader(seenAddressHeaders.told, writeSeenAddress(arrivals.seen(incoming)));
		void handle(path, incoming, outgoing);
	});
	server.on("connection", (socket) => {
		arrivals.connected(socket);
		if (!connections.opened(socket, arrivals.countedAs(socket))) socket.destroy();
	});
	const failure = await bind(server, options);
	if (failure !== undefined) return { ok: false, reason: failure };
	return {
		ok: true,
		server: {
			port: (server.address() as AddressInfo).port,
			close: (giveUp) => close(server, { stop, running, connections, giveUp }),
		},
	};
}

/** What is returned handles one request and does not reject. */
function dispatcher(
	{ answer, raw, onError, answerFailure = plainFailure }: ListenOptions,
	running: Running,
	stopping: AbortSignal,
) {
	const listener = getRequestListener(
		(request, env) => {
			const { incoming, outgoing } = env as { incoming: IncomingMessage; outgoing: ServerResponse };
			return answer(request, {
				address: clientAddressOf(incoming),
				incoming,
				outgoing,
				stopping,
			});
		},
		{
			errorHandler(error) {
				if (error instanceof Error && error.name === "RequestError")
					return new Response(null, { status: 400 });
				onError(error);
				return new Response(null, { status: 500 });
			},
		},
	);
	return async (path: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
		const own = raw(path);
		running.begin();
		try {
			await (own ?? listener)(incoming, outgoing);
		} catch (error) {
			onError(error);
			await fail(outgoing, answerFailure(error, path));
		}
		running.end();
	};
}

function pathOf({ url = "" }: IncomingMessage): string {
	const query = url.indexOf("?");
	return query < 0 ? url : url.slice(0, query);
}

/** Parts of the world would read the one, and parts the other. @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2 */
function hostsOf({ rawHeaders }: IncomingMessage): number {
	const isHost = (text: string, at: number) => at % 2 === 0 && text.toLowerCase() === "host";
	return rawHeaders.filter(isHost).length;
}

function bind(server: Server, { host, port }: ListenOptions) {
	return new Promise<Extract<ListenOutcome, { ok: false }>["reason"] | undefined>((resolve, reject) => {
		server.once("error", (error: NodeJS.ErrnoException) => {
			const reason = bindFailures.get(error.code);
			if (reason === undefined) reject(error);
			else resolve(reason);
		});
		server.listen(port, host, () => resolve(undefined));
	});
}

const bindFailures = new Map([
	["EADDRINUSE", "address-in-use"],
	["EADDRNOTAVAIL", "address-unavailable"],
	["ENOTFOUND", "address-unavailable"],
	["EACCES", "not-permitted"],
] as const) as ReadonlyMap<string | undefined, Extract<ListenOutcome, { ok: false }>["reason"]>;

async function close(
	server: Server,
	{
		stop,
		running,
		connections,
		giveUp,
	}: {
		readonly stop: AbortController;
		readonly running: Running;
		readonly connections: Connections;
		readonly giveUp: AbortSignal;
	},
): Promise<void> {
	const closed = new Promise<void>((resolve) => server.close(() => resolve()));
	const over = Promise.withResolvers<void>();
	stop.abort();
	server.closeIdleConnections();
	const cut = () => {
		server.closeAllConnections();
		over.resolve();
	};
	if (giveUp.aborted) cut();
	else giveUp.addEventListener("abort", cut, { once: true });
	const waiting = setTimeout(connections.cutWaiting, waitingMs);
	await closed;
	await Promise.race([running.none(), over.promise]);
	clearTimeout(waiting);
	giveUp.removeEventListener("abort", cut);
}

async function fail(outgoing: ServerResponse, answer: Response): Promise<void> {
	const text = await answer.text();
	if (outgoing.headersSent) outgoing.destroy();
	else outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(text);
}

const plainFailure = () => new Response("Internal error\n", { status: 500 });
