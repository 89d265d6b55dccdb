import assert from "node:assert/strict";
import { type Server as HttpServer, IncomingMessage } from "node:http";
import { connect, Server, Socket } from "node:net";
import { test } from "node:test";
import { rawRequest } from "../../test/support/raw-http.ts";
import { until } from "../../test/support/until.ts";
import { clientAddressOf } from "./arrivals.ts";
import { readBody } from "./body.ts";
import { type Listening, type ListenOptions, listen } from "./node.ts";

async function start(options: Partial<ListenOptions> = {}) {
	const errors: unknown[] = [];
	const outcome = await listen({
		host: "127.0.0.1",
		port: 0,
		answer: () => new Response("page"),
		raw: () => undefined,
		onError: (error) => errors.push(error),
		...options,
	});
	assert.ok(outcome.ok);
	const { server } = outcome;
	const base = `http://127.0.0.1:${server.port}`;
	return { server, base, errors, [Symbol.asyncDispose]: () => stop(server) };
}

const quiet: ListenOptions = {
	...{ host: "127.0.0.1", port: 0, answer: () => new Response() },
	...{ raw: () => undefined, onError: (error) => assert.fail(`${error}`) },
};

const stop = (server: Listening) => server.close(AbortSignal.abort());

test("a taken port is said as a value", async () => {
	await using running = await start();
	const second = await listen({
		host: "127.0.0.1",
		port: running.server.port,
		answer: () => new Response(),
		raw: () => undefined,
		onError: () => {},
	});
	assert.deepEqual(second, { ok: false, reason: "address-in-use" });
});

test("an address that cannot be had is said as a value, any other failure is one", async (t) => {
	const failing = (code: string) =>
		t.mock.method(Server.prototype, "listen", function (this: Server) {
			process.nextTick(() => this.emit("error", Object.assign(new Error(code), { code })));
			return this;
		});
	for (const [code, reason] of [
		["EADDRINUSE", "address-in-use"],
		["EADDRNOTAVAIL", "address-unavailable"],
		["ENOTFOUND", "address-unavailable"],
		["EACCES", "not-permitted"],
	] as const) {
		const { mock } = failing(code);
		assert.deepEqual(await listen(quiet), { ok: false, reason });
		mock.restore();
	}
	failing("EMFILE");
	await assert.rejects(listen(quiet), /EMFILE/);
});

test("headers have fifteen seconds, requests a minute, and a connection waits for two and more", async (t) => {
	const times: unknown[] = [];
	t.mock.method(Server.prototype, "listen", function (this: HttpServer) {
		times.push(this.headersTimeout, this.requestTimeout, this.keepAliveTimeout);
		process.nextTick(() => this.emit("error", Object.assign(new Error("in use"), { code: "EADDRINUSE" })));
		return this;
	});
	await listen(quiet);
	assert.deepEqual(times, [15_000, 60_000, 130_000]);
});

test("handlers learn the socket's address, whatever the headers claim", async () => {
	await using running = await start({ answer: (_, { address }) => new Response(address) });
	const response = await fetch(running.base, {
		headers: { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9" },
	});
	assert.equal(await response.text(), "127.0.0.1");
});

test("paths given to raw handlers never reach the others, queries included", async () => {
	await using running = await start({
		raw: (path) => (path === "/raw" ? (_, outgoing) => void outgoing.end("raw") : undefined),
	});
	assert.equal(await (await fetch(`${running.base}/raw?x=/other`)).text(), "raw");
	assert.equal(await (await fetch(`${running.base}/raws`)).text(), "page");
});

test("a handler that throws answers 500 without a word about why, and the error is reported", async () => {
	await using running = await start({
		answer: () => {
			throw new Error("secret of the page");
		},
		raw: (path) => (path === "/raw" ? () => Promise.reject(new Error("secret of raw")) : undefined),
	});
	for (const path of ["/", "/raw"]) {
		const response = await fetch(running.base + path);
		assert.equal(response.status, 500);
		assert.doesNotMatch(await response.text(), /secret/);
	}
	assert.equal(running.errors.length, 2);
});

test("each answer is told by method, path and status, and has none where whoever asked has left", async () => {
	const told: unknown[] = [];
	const asked = Promise.withResolvers<void>();
	const begunAt = performance.now();
	await using running = await start({
		raw: (path) => (path === "/never" ? () => asked.resolve() : undefined),
		onAnswered: ({ ms, ...request }) =>
			void told.push({ ...request, took: ms >= 0 && ms <= performance.now() - begunAt }),
	});
	await (await fetch(`${running.base}/page?x=1`)).text();
	await until(() => told.length === 1);
	const socket = connect(running.server.port, "127.0.0.1");
	socket.write("PUT /never?x=1 HTTP/1.1\r\nHost: a\r\n\r\n");
	await asked.promise;
	socket.destroy();
	await until(() => told.length === 2);
	assert.deepEqual(told, [
		{ method: "GET", path: "/page", status: 200, took: true },
		{ method: "PUT", path: "/never", status: undefined, took: true },
	]);
});

test("a request that is no request is refused, and is no error of ours", async () => {
	await using running = await start();
	const answer = await new Promise<string>((resolve) => {
		const socket = connect(running.server.port, "127.0.0.1", () => {
			socket.write("GET / HTTP/1.1\r\nHost: a b/c\r\nConnection: close\r\n\r\n");
		});
		socket.once("data", (data) => resolve(data.toString()));
	});
	assert.match(answer, /^HTTP\/1\.1 400 /);
	assert.equal(running.errors.length, 0);
});

test("a body that goes on beyond the limit is answered, and the server goes on", async () => {
	await using running = await start({
		answer: async (request) => new Response((await readBody(request, 1000)).ok ? "read" : "refused"),
	});
	const post = async (body: string | ReadableStream) => {
		const response = await fetch(running.base, { method: "POST", body, duplex: "half" });
		return response.text();
	};
	const unannounced = () => new Blob(["x".repeat(60_000)]).stream();
	assert.equal(await post("x".repeat(1000)), "read");
	assert.equal(await post("x".repeat(60_000)), "refused");
	assert.equal(await post(unannounced()), "refused");
	assert.equal(await post("x".repeat(1000)), "read");
	assert.equal(running.errors.length, 0);
});

test("stopping lets long answers finish, takes no new ones, and ends idle connections", async () => {
	const held = Promise.withResolvers<void>();
	const running = await start({
		answer: (_, { stopping }) => {
			held.resolve();
			return new Promise((resolve) => {
				stopping.addEventListener("abort", () => resolve(new Response("told to finish")));
			});
		},
	});
	const answer = fetch(running.base);
	await held.promise;
	const closed = running.server.close(new AbortController().signal);
	assert.equal(await (await answer).text(), "told to finish");
	await closed;
	await assert.rejects(fetch(running.base));
});

test("stopping does not wait for who was answered and goes on sending", async () => {
	for (const path of ["/raw", "/page"]) {
		const running = await start({
			answer: async (request) => new Response(null, { status: (await readBody(request, 10)).ok ? 200 : 413 }),
			raw: (asked) => (asked === "/raw" ? (_, outgoing) => void outgoing.writeHead(413).end() : undefined),
		});
		const answer = await new Promise<string>((resolve) => {
			const socket = connect(running.server.port, "127.0.0.1", () => {
				socket.write(
					`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n${"x".repeat(1000)}`,
				);
			});
			socket.on("error", () => {}).once("data", (data) => resolve(data.toString()));
		});
		assert.match(answer, /^HTTP\/1\.1 413 /);
		const late = AbortSignal.timeout(5_000);
		await running.server.close(new AbortController().signal);
		assert.ok(!late.aborted, path);
	}
});

test("stopping does not wait longer than its bound for who will not finish", async () => {
	const held = Promise.withResolvers<void>();
	const running = await start({
		answer: () => {
			held.resolve();
			return new Promise(() => {});
		},
	});
	const answer = fetch(running.base);
	await held.promise;
	const giveUp = new AbortController();
	const closed = running.server.close(giveUp.signal);
	giveUp.abort();
	await closed;
	await assert.rejects(answer);
});

test("handlers of both kinds see the address that a trusted proxy saw, over several header lines", async () => {
	await using running = await start({
		trustedProxies: ["127.0.0.1"],
		answer: (_, { address }) => new Response(address),
		raw: (path) =>
			path === "/raw" ? (incoming, outgoing) => void outgoing.end(clientAddressOf(incoming)) : undefined,
	});
	for (const path of ["/", "/raw"]) {
		const forwarded = ["X-Forwarded-For: 192.0.2.66", "X-Forwarded-For: 203.0.113.9:4711"];
		const answer = await rawRequest(running.server.port, [`GET ${path} HTTP/1.1`, "Host: a", ...forwarded]);
		assert.equal(/[\d.]{9,}/.exec(answer.slice(answer.indexOf("\r\n\r\n")))?.[0], "203.0.113.9", path);
	}
});

test("whom a request came from is settled when it arrives, whatever a handler makes of its headers, and later", async () => {
	await using running = await start({
		trustedProxies: ["127.0.0.1"],
		raw: () => async (incoming, outgoing) => {
			const forwarded = incoming.headers["x-forwarded-for"];
			incoming.headers["x-forwarded-for"] = "192.0.2.66";
			const changed = clientAddressOf(incoming);
			delete incoming.headers["x-forwarded-for"];
			await new Promise((resolve) => setImmediate(resolve));
			outgoing.end(JSON.stringify([forwarded, changed, clientAddressOf(incoming)]));
		},
	});
	const headers = { "x-forwarded-for": "203.0.113.9" };
	const answer = await fetch(running.base, { headers });
	assert.deepEqual(await answer.json(), ["203.0.113.9", "203.0.113.9", "203.0.113.9"]);
});

test("a request that never arrived has no address, rather than one that all share", () => {
	assert.throws(() => clientAddressOf(new IncomingMessage(new Socket())));
});
