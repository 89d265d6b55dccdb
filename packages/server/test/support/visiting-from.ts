import { once } from "node:events";
import { request } from "node:http";
import { buffer } from "node:stream/consumers";

/**
 * Does the work as somebody who calls from this address of the machine itself, like 127.0.0.2: every `fetch` in it goes
 * out from there, that of libraries too. One at a time.
 */
export async function visitingFrom<T>(localAddress: string, work: () => Promise<T>): Promise<T> {
	const { fetch } = globalThis;
	globalThis.fetch = (input, init) => send(new Request(input, init), localAddress);
	try {
		return await work();
	} finally {
		globalThis.fetch = fetch;
	}
}

/** No redirect is followed. */
async function send(asked: Request, localAddress: string): Promise<Response> {
	const body = Buffer.from(await asked.arrayBuffer());
	const sending = request(asked.url, {
		...{ method: asked.method, localAddress, family: 4, agent: false },
		headers: { ...Object.fromEntries(asked.headers), "content-length": body.byteLength },
	});
	sending.end(body);
	const [answer] = await once(sending, "response");
	const headers = new Headers();
	for (let at = 0; at < answer.rawHeaders.length; at += 2)
		headers.append(answer.rawHeaders[at], answer.rawHeaders[at + 1]);
	const bytes = await buffer(answer);
	return new Response(bytes.byteLength === 0 ? null : bytes, { status: answer.statusCode, headers });
}
