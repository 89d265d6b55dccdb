import { createServer, type IncomingHttpHeaders } from "node:http";
import type { TestContext } from "node:test";

/** One request as it arrived. */
export interface Seen {
	readonly method: string;
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

/** What to answer; a body that is no string is sent as JSON. `drop` ends the connection instead. */
export type Answer =
	| {
			readonly status: number;
			readonly body?: unknown;
			readonly headers?: Readonly<Record<string, string>>;
	  }
	| "drop";

/** A real HTTP server on 127.0.0.1 that answers as told and remembers what it saw. */
export interface ScriptedServer {
	readonly url: string;
	readonly seen: Seen[];
}

/**
 * Starts a server for one test. A list is answered in order, its last entry for ever after.
 */
export async function scriptedServer(
	t: TestContext,
	script: readonly Answer[] | ((seen: Seen, nth: number) => Answer),
): Promise<ScriptedServer> {
	const seen: Seen[] = [];
	const answerTo =
		typeof script === "function" ? script : (_: Seen, nth: number) => script.at(nth) ?? script.at(-1);
	const server = createServer(async (request, response) => {
		const chunks: Uint8Array[] = [];
		for await (const chunk of request) chunks.push(chunk);
		const body = Buffer.concat(chunks).toString("utf8");
		const one = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
		const answer = answerTo(one, seen.push(one) - 1) ?? "drop";
		if (answer === "drop") {
			request.socket.destroy();
			return;
		}
		const isText = typeof answer.body === "string" || answer.body === undefined;
		response.writeHead(answer.status, {
			"content-type": isText ? "text/html" : "application/json",
			...answer.headers,
		});
		response.end(isText ? answer.body : JSON.stringify(answer.body));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	const address = server.address();
	const port = typeof address === "object" && address !== null ? address.port : 0;
	return { url: `http://127.0.0.1:${port}`, seen };
}
