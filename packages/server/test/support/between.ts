import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { keptConnections } from "./kept-connections.ts";

/** What became of a request on its way. */
export type Fate =
	| "pass"
	/** The connection is cut before anything has arrived. */
	| "cut-before"
	/** It arrives and is answered, and the connection is cut in the place of the answer. */
	| "cut-after"
	/** Somebody else answers in the place of the one behind. */
	| { readonly status: number; readonly body: string };

export interface Passing {
	readonly method: string;
	/** With its query. */
	readonly path: string;
	readonly headers: IncomingMessage["headers"];
	readonly body: string;
}

/** A server that hands requests on, and on which every fault of a network can be had. */
export interface Between {
	/** With a trailing slash. */
	readonly url: string;
	/** Everything that came by so far. */
	readonly seen: readonly Passing[];
	/** Decides about each request from now on. Default: all pass. */
	decide(fate: (passing: Passing) => Fate | Promise<Fate>): void;
	/** Holds back such requests until they are released; all others pass. */
	hold(isIt: (passing: Passing) => boolean): {
		/** One of them is held. */
		readonly arrived: Promise<void>;
		release(): void;
	};
	/** Does this when the next such request was answered, before the answer is handed back. */
	afterNext(isIt: (passing: Passing) => boolean, work: () => Promise<void>): void;
	[Symbol.asyncDispose](): Promise<void>;
}

/** @param target with a trailing slash; asked for at each request */
export async function startBetween(target: (passing: Passing) => string): Promise<Between> {
	const seen: Passing[] = [];
	let decide: (passing: Passing) => Fate | Promise<Fate> = () => "pass";
	let next: { isIt: (passing: Passing) => boolean; work: () => Promise<void> } | undefined;
	const server = createServer(keptConnections, (incoming, outgoing) => {
		void handle(incoming, outgoing).catch(() => outgoing.destroy());
	});
	async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
		const { method = "", url: path = "", headers } = incoming;
		const passing = { method, path, headers, body: await textOf(incoming) };
		seen.push(passing);
		const fate = await decide(passing);
		if (fate === "cut-before") return void outgoing.destroy();
		if (typeof fate === "object") {
			outgoing.writeHead(fate.status, { "content-type": "application/json" }).end(fate.body);
			return;
		}
		const answer = await sendOn(new URL(path, target(passing)), passing);
		if (next?.isIt(passing) === true) {
			const { work } = next;
			next = undefined;
			await work();
		}
		if (fate === "cut-after") return void outgoing.destroy();
		outgoing.writeHead(answer.status, answer.headers).end(answer.body, "latin1");
	}
	await once(server.listen(0, "127.0.0.1"), "listening");
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		seen,
		decide(fate) {
			decide = fate;
		},
		hold(isIt) {
			const [arrived, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
			decide = async (passing): Promise<Fate> => {
				if (isIt(passing)) {
					arrived.resolve();
					await released.promise;
				}
				return "pass";
			};
			return {
				arrived: arrived.promise,
				release() {
					decide = () => "pass";
					released.resolve();
				},
			};
		},
		afterNext(isIt, work) {
			next = { isIt, work };
		},
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

async function sendOn(url: URL, { method, headers, body }: Passing) {
	const sending = request(url, { method, headers: { ...headers, connection: "close" }, agent: false });
	sending.end(body, "latin1");
	const [answer] = (await once(sending, "response")) as [IncomingMessage];
	const { "transfer-encoding": _, connection: __, ...kept } = answer.headers;
	return { status: answer.statusCode ?? 0, headers: kept, body: await textOf(answer) };
}

async function textOf(stream: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString("latin1");
}
