import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { keptConnections } from "./kept-connections.ts";

/** One request, as it arrived. */
interface Heard {
	/** `GET /path?query` */
	readonly line: string;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: unknown;
}

type Answer = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>];

/** A Synapse that is asked over HTTP, notes every word, and says what a test has it say. */
export interface SynapseOfWords {
	/** `http://127.0.0.1:<port>/`. */
	readonly base: string;
	readonly heard: readonly Heard[];
	/** Decides by `GET /path` what it answers from now on. Undefined: `200 {}`. */
	answer(decide: (line: string) => Answer | undefined): void;
	[Symbol.asyncDispose](): Promise<void>;
}

export async function startSynapseOfWords(): Promise<SynapseOfWords> {
	const heard: Heard[] = [];
	let decide: (line: string) => Answer | undefined = () => undefined;
	const server = createServer(keptConnections, (request, response) => {
		const parts: Buffer[] = [];
		request.on("data", (part: Buffer) => parts.push(part));
		request.on("end", () => {
			const line = `${request.method} ${request.url}`;
			const text = Buffer.concat(parts).toString();
			heard.push({ line, headers: request.headers, body: text === "" ? undefined : JSON.parse(text) });
			const [status, body, headers] = decide(line.split("?")[0] ?? "") ?? [200, {}];
			response.writeHead(status, { "content-type": "application/json", ...headers });
			response.end(typeof body === "string" ? body : JSON.stringify(body));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		heard,
		answer(next) {
			decide = next;
		},
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
