/**
 * The least a guard on node:http can do: hands a request on over a kept connection and its answer back, without looking
 * at either. Takes the port of the server behind; a process of its own, like the guard it stands beside.
 */
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

const port = Number(process.argv[2]);
const agent = new Agent({ keepAlive: true });
const server = createServer((incoming, outgoing) => {
	const { method, url, headers } = incoming;
	const behind = request({ agent, host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
		outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
		answer.pipe(outgoing);
	});
	behind.on("error", () => outgoing.destroy());
	incoming.pipe(behind);
});
server.listen(0, "127.0.0.1", () => {
	process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`);
});
