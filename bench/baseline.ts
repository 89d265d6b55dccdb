/**
 * The least a server on node:http can do: reads the whole body and answers as many bytes as the request's
 * `x-answer-bytes` says, with the status in `x-answer-status`. A process of its own, like the server it stands beside.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const server = createServer((request, response) => {
	request.on("data", () => {});
	request.on("end", () => {
		const length = Number(request.headers["x-answer-bytes"]);
		response.writeHead(Number(request.headers["x-answer-status"]), {
			"content-type": "application/json",
			"content-length": length,
			"cache-control": "no-store",
		});
		response.end("x".repeat(length));
	});
});
server.listen(0, "127.0.0.1", () => {
	process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`);
});
