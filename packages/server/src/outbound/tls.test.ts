import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setDefaultCACertificates } from "node:tls";
import { type Certificates, createCertificates, needsCertificates } from "../../test/support/certificates.ts";
import { keptConnections } from "../../test/support/kept-connections.ts";
import { createOutbound, NoAnswer } from "./outbound.ts";

describe("a request over https", needsCertificates, () => {
	let certificates: Certificates;
	before(async () => {
		certificates = await createCertificates();
		await certificates.issue("localhost", 90);
		setDefaultCACertificates([readFileSync(join(certificates.folder, "ca.pem"), "utf8")]);
	});
	after(() => rm(certificates.folder, { recursive: true }));

	async function serving(handler: RequestListener) {
		const of = (name: string) => readFileSync(join(certificates.folder, name));
		const pair = { key: of("privkey.pem"), cert: of("fullchain.pem") };
		const server = createServer({ ...keptConnections, ...pair }, handler).listen(0, "localhost");
		await new Promise((resolve) => server.once("listening", resolve));
		const outbound = createOutbound();
		const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
		return {
			ask: () => outbound.request({ method: "POST", url, body: "{}", timeoutMs: 60_000, repeatable: true }),
			async [Symbol.asyncDispose]() {
				outbound.close();
				server.closeAllConnections();
				await new Promise((resolve) => server.close(resolve));
			},
		};
	}

	test("may have arrived once the secret way was agreed on, and is not sent again", async () => {
		let asked = 0;
		await using peer = await serving((incoming) => {
			asked += 1;
			incoming.socket.destroy();
		});
		await assert.rejects(peer.ask(), (error) => {
			assert.ok(error instanceof NoAnswer);
			assert.deepEqual([error.reason, error.mayHaveArrived], ["reset", true]);
			return true;
		});
		assert.equal(asked, 1);
	});

	test("follows others on one connection", async () => {
		const sockets = new Set<unknown>();
		await using peer = await serving((incoming, outgoing) => {
			sockets.add(incoming.socket);
			outgoing.end("{}");
		});
		for (let request = 0; request < 3; request++) {
			assert.equal((await peer.ask()).status, 200);
			await new Promise((resolve) => setImmediate(resolve));
		}
		assert.equal(sockets.size, 1);
	});
});
