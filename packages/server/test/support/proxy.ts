import { once } from "node:events";
import { createServer, request } from "node:http";
import { keptConnections } from "./kept-connections.ts";

/** A plain reverse proxy before several servers, each of which gets its turn. */
export interface Proxy {
	/** `http://localhost:<port>/`. */
	readonly url: string;
	readonly port: number;
	/** The ports of the servers from now on. */
	serve(ports: readonly number[]): void;
	close(): Promise<void>;
}

export async function startProxy(): Promise<Proxy> {
	let targets: readonly number[] = [];
	let turn = 0;
	const server = createServer(keptConnections, (incoming, outgoing) => {
		turn += 1;
		// As they came: an object of them would hold one of two that are called the same.
		const { method, url: path, rawHeaders: headers } = incoming;
		// From the same address: the servers do not ask a proxy whom it stands for.
		const localAddress = incoming.socket.remoteAddress ?? "127.0.0.1";
		const target = { host: "127.0.0.1", port: targets[turn % targets.length], localAddress };
		const onward = request({ ...target, method, path, headers }, (answer) => {
			outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
			answer.pipe(outgoing);
		});
		onward.on("error", () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
		outgoing.on("close", () => onward.destroy());
		incoming.pipe(onward);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("the proxy has no port");
	return {
		url: `http://localhost:${address.port}/`,
		port: address.port,
		serve(ports) {
			targets = ports;
		},
		async close() {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		},
	};
}
