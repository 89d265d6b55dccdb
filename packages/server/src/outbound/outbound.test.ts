import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { keptConnections } from "../../test/support/kept-connections.ts";
import { until } from "../../test/support/until.ts";
import { createOutbound, NoAnswer, type NoAnswerReason } from "./outbound.ts";

async function serving(handler: RequestListener) {
	const server = createServer(keptConnections, handler).listen(0, "127.0.0.1");
	await new Promise((resolve) => server.once("listening", resolve));
	const outbound = createOutbound();
	const { port } = server.address() as AddressInfo;
	return {
		server,
		outbound,
		url: `http://127.0.0.1:${port}/`,
		async [Symbol.asyncDispose]() {
			outbound.close();
			await closed(server);
		},
	};
}

async function closed(server: Server): Promise<void> {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
}

/** Time passes only when told: nothing is early or late on a busy machine. */
function heldTime({ mock }: TestContext) {
	let now = 1_000_000;
	mock.method(performance, "now", () => now);
	mock.timers.enable({ apis: ["setTimeout"] });
	return {
		/** And lets happen what follows of it. */
		async pass(ms: number): Promise<void> {
			now += ms;
			mock.timers.tick(ms);
			await new Promise((resolve) => setImmediate(resolve));
		},
	};
}

/** Resolves when the head of an answer has come in. */
function answerBegun(): Promise<void> {
	const channel = "http.client.response.finish";
	return new Promise((resolve) => {
		const note = () => {
			unsubscribe(channel, note);
			resolve();
		};
		subscribe(channel, note);
	});
}

const gaveUp =
	(reason: NoAnswerReason, mayHaveArrived: boolean) =>
	(error: unknown): true => {
		assert.ok(error instanceof NoAnswer, String(error));
		assert.deepEqual([error.reason, error.mayHaveArrived], [reason, mayHaveArrived]);
		assert.doesNotMatch(`${error.stack} ${JSON.stringify(error)}`, /hunter2/, "it holds no secret");
		return true;
	};

describe("a request to another server", () => {
	test("sends these headers, host and length, and nothing else", async () => {
		let seen: unknown;
		await using peer = await serving((incoming, outgoing) => {
			const { host, connection, ...others } = incoming.headers;
			incoming.on("data", (chunk) => {
				seen = { method: incoming.method, url: incoming.url, others, body: String(chunk) };
			});
			incoming.on("end", () => outgoing.writeHead(302, { location: "/elsewhere" }).end("no"));
		});
		const answer = await peer.outbound.request({
			method: "POST",
			url: `${peer.url}path?a=b`,
			headers: { authorization: "Bearer x" },
			body: "Grüße",
			timeoutMs: 5_000,
		});
		assert.equal(answer.status, 302, "a redirect is not followed");
		assert.equal(Buffer.from(answer.body).toString(), "no");
		const others = { authorization: "Bearer x", "content-length": "7" };
		assert.deepEqual(seen, { method: "POST", url: "/path?a=b", others, body: "Grüße" });
	});

	test("is given up after its time, also when the answer has begun", async (t) => {
		const time = heldTime(t);
		await using peer = await serving((_, outgoing) => void outgoing.write("begun"));
		const begun = answerBegun();
		let isOver = false;
		const asked = assert.rejects(
			peer.outbound.request({ method: "GET", url: peer.url, timeoutMs: 30 }).finally(() => (isOver = true)),
			gaveUp("timeout", true),
		);
		await begun;
		await time.pass(29);
		assert.equal(isOver, false);
		await time.pass(1);
		assert.equal(isOver, true);
		await asked;
	});

	test("is given up when the answer is longer than the limit, however it is sent", async () => {
		let connection: Socket | undefined;
		await using peer = await serving((incoming, outgoing) => {
			connection = incoming.socket;
			if (incoming.url === "/endless") outgoing.write("x".repeat(1_001));
			else outgoing.end("x".repeat(1_001));
		});
		const wanted = { method: "GET", url: peer.url, timeoutMs: 5_000 } as const;
		await assert.rejects(peer.outbound.request({ ...wanted, limitBytes: 1_000 }), gaveUp("too-large", true));
		const endless = { ...wanted, url: `${peer.url}endless`, limitBytes: 1_000 };
		await assert.rejects(peer.outbound.request(endless), gaveUp("too-large", true));
		await until(() => connection?.destroyed === true);
		assert.equal((await peer.outbound.request({ ...wanted, limitBytes: 1_001 })).body.length, 1_001);
	});

	test("says that nothing arrived where nobody listens, and names no secret", async () => {
		const peer = await serving(() => {});
		await closed(peer.server);
		await assert.rejects(
			peer.outbound.request({
				method: "POST",
				url: `${peer.url}hunter2`,
				headers: { authorization: "Bearer hunter2" },
				body: "hunter2",
				timeoutMs: 5_000,
			}),
			gaveUp("unreachable", false),
		);
	});

	test("is given up when the answer breaks off in the middle", async () => {
		await using peer = await serving((_, outgoing) => {
			outgoing.writeHead(200, { "content-length": "10" });
			outgoing.write("half", () => outgoing.destroy());
		});
		await assert.rejects(
			peer.outbound.request({ method: "GET", url: peer.url, timeoutMs: 5_000 }),
			gaveUp("reset", true),
		);
	});
});

describe("what comes back", () => {
	test("is the status, the headers and a body of a mebibyte at most, unless told otherwise", async () => {
		let length = 1024 * 1024;
		await using peer = await serving((incoming, outgoing) => {
			outgoing.writeHead(418, {
				"retry-after": "7",
				"x-length": incoming.headers["content-length"] ?? "none",
			});
			outgoing.end("x".repeat(length));
		});
		const wanted = { method: "GET", url: peer.url, timeoutMs: 5_000 } as const;
		const { status, headers, body } = await peer.outbound.request(wanted);
		assert.deepEqual(
			[status, headers["retry-after"], headers["x-length"], body.length],
			[418, "7", "none", 1_048_576],
		);
		const bytes = new Uint8Array([1, 2, 3]);
		for (const method of ["POST", "PUT", "DELETE", "OPTIONS"] as const) {
			const sent = await peer.outbound.request({ ...wanted, method, body: bytes });
			assert.equal(sent.headers["x-length"], "3", method);
		}
		length += 1;
		await assert.rejects(peer.outbound.request(wanted), gaveUp("too-large", true));
	});

	test("says in short why it is nothing", async () => {
		const peer = await serving(() => {});
		await closed(peer.server);
		const nobody = peer.outbound.request({ method: "GET", url: peer.url, timeoutMs: 5_000 });
		await assert.rejects(nobody, { name: "NoAnswer", message: "unreachable (ECONNREFUSED)" });
		await using silent = await serving(() => {});
		const late = silent.outbound.request({ method: "GET", url: silent.url, timeoutMs: 1 });
		await assert.rejects(late, { name: "NoAnswer", message: "timeout", onKeptConnection: false });
	});

	test("is nothing, and nothing was sent, where no secret way could be agreed on", async () => {
		const outbound = createOutbound();
		const server = createSocketServer((socket) => {
			socket.on("error", () => {});
			socket.once("data", () => socket.resetAndDestroy());
		}).listen(0, "127.0.0.1");
		await new Promise((resolve) => server.once("listening", resolve));
		const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
		await assert.rejects(
			outbound.request({ method: "GET", url, timeoutMs: 5_000 }),
			gaveUp("unreachable", false),
		);
		outbound.close();
		await new Promise((resolve) => server.close(resolve));
	});

	test("leaves no clock running that a program would wait for at its end", async (t) => {
		const [begun, ended] = (["setTimeout", "clearTimeout"] as const).map((name) =>
			t.mock.method(globalThis, name),
		);
		const peer = await serving((_, outgoing) => outgoing.end());
		const wanted = { method: "GET", url: peer.url, timeoutMs: 60_000 } as const;
		await peer.outbound.request(wanted);
		peer.outbound.close();
		await closed(peer.server);
		await assert.rejects(peer.outbound.request(wanted), gaveUp("unreachable", false));
		const [first, second] = begun?.mock.calls.map(({ result }) => result) ?? [];
		assert.ok(first !== undefined && second !== undefined);
		assert.deepEqual(
			ended?.mock.calls.map(({ arguments: [timer] }) => timer),
			[first, second],
		);
	});

	test("is nothing once all connections are cut", async () => {
		const arrived = Promise.withResolvers<void>();
		await using peer = await serving(() => arrived.resolve());
		const asked = peer.outbound.request({ method: "GET", url: peer.url, timeoutMs: 60_000 });
		const ended = assert.rejects(asked, gaveUp("reset", true));
		await arrived.promise;
		peer.outbound.close();
		await ended;
	});

	test("comes on one connection, request after request", async () => {
		const sockets = new Set<unknown>();
		await using peer = await serving((incoming, outgoing) => {
			sockets.add(incoming.socket);
			outgoing.end();
		});
		for (let request = 0; request < 3; request++) {
			await peer.outbound.request({ method: "GET", url: peer.url, timeoutMs: 5_000 });
			await new Promise((resolve) => setImmediate(resolve));
		}
		assert.equal(sockets.size, 1);
	});
});

describe("a kept connection that the other side closed when the next request came", () => {
	/** Answers the first request of each connection and closes at the second, as a server that was restarted. */
	async function restarting() {
		const sockets = new Set<Socket>();
		let asked = 0;
		const server = createSocketServer((socket) => {
			sockets.add(socket);
			let isUsed = false;
			socket.on("error", () => {});
			socket.on("data", () => {
				asked++;
				if (isUsed) return socket.resetAndDestroy();
				isUsed = true;
				return socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
			});
		}).listen(0, "127.0.0.1");
		await new Promise((resolve) => server.once("listening", resolve));
		const outbound = createOutbound();
		return {
			outbound,
			asked: () => asked,
			url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
			async [Symbol.asyncDispose]() {
				outbound.close();
				for (const socket of sockets) socket.destroy();
				await new Promise((resolve) => server.close(resolve));
			},
		};
	}

	test("has what may be repeated sent again at once", async () => {
		await using peer = await restarting();
		const wanted = { method: "POST", url: peer.url, body: "{}", timeoutMs: 5_000, repeatable: true } as const;
		for (const request of [1, 2, 3]) {
			const { status } = await peer.outbound.request(wanted);
			assert.equal(status, 200, `request ${request}`);
			await new Promise((resolve) => setImmediate(resolve));
		}
		assert.ok(peer.asked() > 3, "the kept connection was used, and failed");
	});

	test("has it sent on a connection of its own, for the others that were kept are closed too", async () => {
		await using peer = await restarting();
		const wanted = { method: "POST", url: peer.url, body: "{}", timeoutMs: 5_000, repeatable: true } as const;
		await Promise.all([1, 2, 3].map(() => peer.outbound.request(wanted)));
		await new Promise((resolve) => setImmediate(resolve));
		assert.equal((await peer.outbound.request(wanted)).status, 200);
	});

	test("is none where it was new: nothing is sent again", async () => {
		let asked = 0;
		await using peer = await serving((incoming) => {
			asked += 1;
			incoming.socket.resetAndDestroy();
		});
		const wanted = { method: "POST", url: peer.url, body: "{}", timeoutMs: 5_000, repeatable: true } as const;
		await assert.rejects(peer.outbound.request(wanted), gaveUp("reset", true));
		assert.equal(asked, 1);
	});

	test("is not that where it only kept silent: nothing is sent again", async (t) => {
		const time = heldTime(t);
		const arrived = Promise.withResolvers<void>();
		let asked = 0;
		await using peer = await serving((_, outgoing) => {
			asked += 1;
			if (asked === 1) outgoing.end("{}");
			else arrived.resolve();
		});
		const wanted = { method: "POST", url: peer.url, body: "{}", timeoutMs: 5_000, repeatable: true } as const;
		await peer.outbound.request(wanted);
		await new Promise((resolve) => setImmediate(resolve));
		const late = assert.rejects(peer.outbound.request(wanted), (error) => {
			assert.ok(error instanceof NoAnswer && error.onKeptConnection);
			return gaveUp("timeout", true)(error);
		});
		await arrived.promise;
		await time.pass(5_000);
		await late;
		assert.equal(asked, 2);
	});

	test("fails what may not be, and says that it may have arrived", async () => {
		await using peer = await restarting();
		const wanted = { method: "POST", url: peer.url, body: "{}", timeoutMs: 5_000 } as const;
		await peer.outbound.request(wanted);
		await new Promise((resolve) => setImmediate(resolve));
		await assert.rejects(peer.outbound.request(wanted), gaveUp("reset", true));
	});

	test("and that nobody answers at any more, may have taken what was sent first", async () => {
		const outbound = createOutbound();
		const server = createServer((incoming, outgoing) => {
			if (incoming.url === "/first") return void outgoing.end("{}");
			server.close();
			incoming.socket.resetAndDestroy();
		}).listen(0, "127.0.0.1");
		await new Promise((resolve) => server.once("listening", resolve));
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
		const wanted = { method: "POST", body: "{}", timeoutMs: 5_000, repeatable: true } as const;
		await outbound.request({ ...wanted, url: `${url}first` });
		await new Promise((resolve) => setImmediate(resolve));
		await assert.rejects(outbound.request({ ...wanted, url }), gaveUp("unreachable", true));
		outbound.close();
	});

	test("and the one after it have no more time together than one", async (t) => {
		const time = heldTime(t);
		const arrived = Array.from({ length: 3 }, () => Promise.withResolvers<Socket>());
		let asked = 0;
		await using peer = await serving((incoming, outgoing) => {
			if (asked === 0) outgoing.end("{}");
			arrived[asked++]?.resolve(incoming.socket);
		});
		const wanted = { method: "POST", url: peer.url, body: "{}", repeatable: true } as const;
		await peer.outbound.request({ ...wanted, timeoutMs: 5_000 });
		await new Promise((resolve) => setImmediate(resolve));
		let isOver = false;
		const twice = assert.rejects(
			peer.outbound.request({ ...wanted, timeoutMs: 500 }).finally(() => (isOver = true)),
			gaveUp("timeout", true),
		);
		const first = await arrived[1]?.promise;
		await time.pass(300);
		first?.resetAndDestroy();
		await arrived[2]?.promise;
		await time.pass(199);
		assert.equal(isOver, false);
		await time.pass(1);
		assert.equal(isOver, true);
		await twice;
		assert.equal(asked, 3);
	});
});
