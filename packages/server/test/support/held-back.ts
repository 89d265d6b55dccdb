import { once } from "node:events";
import { request } from "node:http";

/** What is sent to an endpoint of the Matrix API. */
export interface Sending {
	readonly method: string;
	/** From the first slash. */
	readonly path: string;
	readonly body: unknown;
}

/** A request whose headers and first byte have arrived, and whose rest nobody has sent. */
export interface HeldBack {
	/** Sends the rest. */
	release(): Promise<{
		readonly status: number | undefined;
		readonly body: Readonly<Record<string, unknown>>;
	}>;
}

/** Resolves once the server has begun to work on the request. */
export async function holdBack(
	port: number,
	accessToken: string,
	{ method, path, body }: Sending,
): Promise<HeldBack> {
	const text = JSON.stringify(body);
	const headers = {
		authorization: `Bearer ${accessToken}`,
		"content-type": "application/json",
		"content-length": Buffer.byteLength(text),
		// Whoever says 100 has read the headers and handed the request to its handler.
		expect: "100-continue",
	};
	const held = request({ host: "127.0.0.1", port, method, path, headers, agent: false });
	const answered = once(held, "response");
	// Looked at when it is released, and not lost until then.
	answered.catch(() => {});
	held.flushHeaders();
	await once(held, "continue");
	held.write(text.slice(0, 1));
	return {
		async release() {
			held.end(text.slice(1));
			const [response] = await answered;
			const chunks: Buffer[] = [];
			for await (const chunk of response) chunks.push(chunk);
			return { status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) };
		},
	};
}
