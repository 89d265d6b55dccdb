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
	const held = await holdText(port, {
		...{ method, path, text: JSON.stringify(body) },
		headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
	});
	return {
		async release() {
			const { status, text } = await held.release();
			return { status, body: JSON.parse(text) };
		},
	};
}

/** A form whose headers and first byte have arrived. */
export interface HeldForm {
	/** Sends the rest. */
	release(): Promise<{
		readonly status: number | undefined;
		readonly location: string | undefined;
		readonly text: string;
	}>;
}

/** The same with a form, and with the cookies of a browser. */
export function holdForm(
	port: number,
	{
		path,
		cookie,
		fields,
	}: { readonly path: string; readonly cookie: string; readonly fields: URLSearchParams },
): Promise<HeldForm> {
	// As `fetch` has it: the same form of the same browser.
	const browser = { "user-agent": "node" };
	const headers = { ...browser, cookie, "content-type": "application/x-www-form-urlencoded" };
	return holdText(port, { method: "POST", path, text: fields.toString(), headers });
}

async function holdText(
	port: number,
	sending: {
		readonly method: string;
		readonly path: string;
		readonly headers: Readonly<Record<string, string>>;
		readonly text: string;
	},
): Promise<HeldForm> {
	const { method, path, text } = sending;
	const headers = {
		...sending.headers,
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
			const { statusCode: status, headers: told } = response;
			return { status, location: told.location, text: Buffer.concat(chunks).toString() };
		},
	};
}
