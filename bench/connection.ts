import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** What a request consists of, as far as this generator writes it. */
export interface Wanted {
	readonly method: "GET" | "POST" | "PUT";
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
}

export interface Got {
	readonly status: number;
	readonly head: string;
	readonly body: string;
}

/**
 * One keep-alive connection with one request at a time, written on a bare socket: a generator that costs more than
 * the server would measure itself.
 */
export async function openConnection(port: number, host = "127.0.0.1") {
	const socket = connect({ port, host, noDelay: true });
	await once(socket, "connect");
	const read = createReader(socket);
	return {
		exchange(wanted: Wanted): Promise<Got> {
			const { method, path, headers = {}, body = "" } = wanted;
			const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
			const length = method !== "GET" ? `content-length: ${Buffer.byteLength(body)}\r\n` : "";
			const got = read();
			socket.write(
				`${method} ${path} HTTP/1.1\r\nhost: localhost:${port}\r\n${lines.join("")}${length}\r\n${body}`,
			);
			return got;
		},
		close: () => void socket.destroy(),
	};
}

export type Connection = Awaited<ReturnType<typeof openConnection>>;

/** Answers are told apart by their length; latin1 keeps one character a byte, and nobody here reads beyond ASCII. */
function createReader(socket: Socket): () => Promise<Got> {
	let text = "";
	let waiting: PromiseWithResolvers<Got> | undefined;
	socket.setEncoding("latin1");
	socket.on("data", (piece: string) => {
		text += piece;
		const got = parseAnswer(text);
		if (got === undefined) return;
		text = "";
		waiting?.resolve(got);
	});
	socket.on("close", () => waiting?.reject(new Error("the server closed the connection")));
	return () => {
		waiting = Promise.withResolvers();
		return waiting.promise;
	};
}

function parseAnswer(text: string): Got | undefined {
	const end = text.indexOf("\r\n\r\n");
	if (end < 0) return undefined;
	const head = text.slice(0, end);
	const body = text.slice(end + 4);
	const status = Number(head.slice(9, 12));
	const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
	if (length !== undefined) return body.length < Number(length) ? undefined : { status, head, body };
	if (!/\r\ntransfer-encoding: chunked/i.test(head)) return { status, head, body: "" };
	return body.endsWith("0\r\n\r\n") ? { status, head, body } : undefined;
}
