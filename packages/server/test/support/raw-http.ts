import { connect } from "node:net";

/**
 * Sends these lines as they are, which no HTTP client would, and returns whatever comes back until the server closes
 * the connection. `Connection: close` and the empty line are added.
 */
export function rawRequest(port: number, lines: readonly string[], body = ""): Promise<string> {
	return rawExchange(port, `${[...lines, "Connection: close"].join("\r\n")}\r\n\r\n${body}`);
}

/** Sends exactly this, in one piece, and returns whatever comes back until the connection is closed. */
export function rawExchange(port: number, text: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		const socket = connect({ port, host: "127.0.0.1", timeout: 60_000 }, () => socket.write(text, "latin1"));
		socket.on("data", (chunk: Buffer) => chunks.push(chunk));
		socket.once("close", () => resolve(Buffer.concat(chunks).toString()));
		socket.once("timeout", () => socket.destroy());
		socket.once("error", (error: NodeJS.ErrnoException) => {
			if (error.code !== "ECONNRESET" && error.code !== "EPIPE") reject(error);
		});
	});
}
