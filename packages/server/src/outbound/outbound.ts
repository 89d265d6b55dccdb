import { Agent, type ClientRequest, type IncomingHttpHeaders, type RequestOptions, request } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";

interface OutboundRequest {
	readonly method: "GET" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "HEAD";
	/** http or https. */
	readonly url: string | URL;
	/** Sent as they are, beside `host` and, with a body, its computed length; nothing else is sent. */
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | Uint8Array;
	/** From the first byte out to the last byte in. */
	readonly timeoutMs: number;
	/** Of the answer's body. Default: 1 MiB. */
	readonly limitBytes?: number;
	/**
	 * Whether it may be sent again at once when a kept connection turned out to be closed, as it is after the other side
	 * restarted. What must not arrive twice must not say so. Default: false.
	 */
	readonly repeatable?: boolean;
}

export interface OutboundAnswer {
	/** Redirects are answers like any other: none is followed. */
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Uint8Array;
}

export type NoAnswerReason = "unreachable" | "timeout" | "reset" | "too-large";

/** There was no answer to use. Says nothing of what was asked: headers and bodies hold secrets. */
export class NoAnswer extends Error {
	override readonly name = "NoAnswer";
	readonly reason: NoAnswerReason;
	/** False: nothing of the request can have arrived. */
	readonly mayHaveArrived: boolean;
	/** Whether the connection had been kept from an earlier request. */
	readonly onKeptConnection: boolean;

	constructor(
		reason: NoAnswerReason,
		facts: {
			readonly code?: string | undefined;
			readonly mayHaveArrived: boolean;
			readonly onKeptConnection: boolean;
		},
	) {
		super(facts.code === undefined ? reason : `${reason} (${facts.code})`);
		this.reason = reason;
		this.mayHaveArrived = facts.mayHaveArrived;
		this.onKeptConnection = facts.onKeptConnection;
	}
}

/** Sends requests to other servers. Throws `NoAnswer` where no whole answer came in time, and nothing else. */
export interface Outbound {
	request(wanted: OutboundRequest): Promise<OutboundAnswer>;
	/** Cuts every connection. What is under way gets no answer. */
	close(): void;
}

interface Attempt {
	/** It was sent before, and may have arrived then. */
	readonly isAgain: boolean;
}

const defaultLimitBytes = 1024 * 1024;

/** Requests to one server follow each other on kept connections. */
export function createOutbound(): Outbound {
	const kept = { keepAlive: true } as const;
	const ways = {
		"http:": { send: request, agent: new Agent(kept) },
		"https:": { send: tlsRequest, agent: new TlsAgent(kept) },
	};

	function sendOnce(wanted: OutboundRequest, { isAgain }: Attempt): Promise<OutboundAnswer> {
		const url = typeof wanted.url === "string" ? new URL(wanted.url) : wanted.url;
		const { send, agent } = ways[url.protocol === "https:" ? "https:" : "http:"];
		const options: RequestOptions = {
			method: wanted.method,
			// `false` is a connection of its own, which cannot have been closed meanwhile.
			agent: !isAgain && agent,
			headers: {
				...wanted.headers,
				// With some methods, such as DELETE, Node does not count by itself.
				...(wanted.body !== undefined && { "content-length": Buffer.byteLength(wanted.body) }),
			},
		};
		return exchange(send(url, options), wanted, { isAgain });
	}

	return {
		async request(wanted) {
			const begunAt = performance.now();
			try {
				return await sendOnce(wanted, { isAgain: false });
			} catch (error) {
				const again = error instanceof NoAnswer && error.onKeptConnection && error.reason === "reset";
				if (!again || wanted.repeatable !== true) throw error;
				// Both have the time of one: who asked may have promised to be done by then.
				const timeoutMs = Math.max(1, wanted.timeoutMs - (performance.now() - begunAt));
				return sendOnce({ ...wanted, timeoutMs }, { isAgain: true });
			}
		},
		close() {
			for (const { agent } of Object.values(ways)) agent.destroy();
		},
	};
}

function exchange(
	sending: ClientRequest,
	{ body, timeoutMs, limitBytes = defaultLimitBytes }: OutboundRequest,
	{ isAgain }: Attempt,
): Promise<OutboundAnswer> {
	return new Promise((resolve, reject) => {
		let connected = false;
		const fail = (reason: NoAnswerReason, code?: string) => {
			clearTimeout(timer);
			const onKeptConnection = sending.reusedSocket;
			const mayHaveArrived = isAgain || connected || onKeptConnection;
			reject(new NoAnswer(reason, { code, mayHaveArrived, onKeptConnection }));
			sending.destroy();
		};
		const timer = setTimeout(() => fail("timeout"), timeoutMs);
		sending.once("socket", (socket) => {
			// A kept one connects no more: listeners would pile up on it.
			if (sending.reusedSocket) return;
			const connect = "encrypted" in socket ? "secureConnect" : "connect";
			socket.once(connect, () => {
				connected = true;
			});
		});
		sending.on("error", (error) => {
			fail(connected || sending.reusedSocket ? "reset" : "unreachable", codeOf(error));
		});
		sending.once("response", (answer) => {
			const chunks: Buffer[] = [];
			let length = 0;
			answer.on("data", (chunk: Buffer) => {
				length += chunk.length;
				if (length > limitBytes) fail("too-large");
				else chunks.push(chunk);
			});
			answer.on("error", (error) => fail("reset", codeOf(error)));
			answer.once("end", () => {
				clearTimeout(timer);
				resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) });
			});
		});
		sending.end(body);
	});
}

function codeOf(error: unknown): string | undefined {
	return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
