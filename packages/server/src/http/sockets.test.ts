/** What one connection can do to others, and to a stop. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { rawExchange } from "../../test/support/raw-http.ts";
import { until } from "../../test/support/until.ts";
import { readBody } from "./body.ts";
import { type ListenOptions, listen } from "./node.ts";

async function start(options: Partial<ListenOptions> = {}) {
	const answered: string[] = [];
	let asked = 0;
	const outcome = await listen({
		host: "127.0.0.1",
		port: 0,
		answer: async (request) => {
			asked += 1;
			const body = await readBody(request, 10);
			return new Response(body.ok ? `read ${body.bytes.length}` : body.reason, {
				status: body.ok ? 200 : 413,
			});
		},
		raw: (path) => (path === "/raw" ? (_, outgoing) => void outgoing.writeHead(413).end("raw") : undefined),
		onError: (error) => assert.fail(`${error}`),
		onAnswered: ({ path }) => answered.push(path),
		...options,
	});
	assert.ok(outcome.ok);
	const { server } = outcome;
	return {
		...{ server, port: server.port, answered },
		/** How many requests have reached their handler. */
		asked: () => asked,
		stop: (giveUp = AbortSignal.timeout(8_000)) => server.close(giveUp),
		[Symbol.asyncDispose]: () => server.close(AbortSignal.abort()),
	};
}

/** A connection on which this has been sent. */
async function hold(port: number, text: string): Promise<Socket> {
	const socket = connect(port, "127.0.0.1");
	socket.on("error", () => {}).resume();
	await once(socket, "connect");
	socket.write(text);
	return socket;
}

const post = (path: string, length: number) =>
	`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;

describe("a stop waits three seconds", () => {
	test("for whoever holds back a part of what they ask, and ends well", async () => {
		const { port, stop } = await start();
		const held = await Promise.all(
			[
				"G",
				"GET / HTTP/1.1\r\nHost: a\r\n",
				`${post("/page", 9)}x`,
				"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
				"",
			].map((sent) => hold(port, sent)),
		);
		await fetch(`http://127.0.0.1:${port}/`);
		const begunAt = performance.now();
		await stop();
		const ms = performance.now() - begunAt;
		assert.ok(ms < 5_000, `${ms} ms`);
		await until(() => held.every((socket) => socket.closed));
	});

	test("for a body that is still on its way, which is answered", async () => {
		const { port, stop } = await start();
		const socket = await hold(port, post("/page", 9));
		await until(async () => (await fetch(`http://127.0.0.1:${port}/`)).ok);
		const stopped = stop();
		socket.write("123456789");
		let answer = "";
		socket.on("data", (data) => {
			answer += data;
		});
		await stopped;
		await until(() => socket.closed);
		assert.match(answer, /^HTTP\/1\.1 200 .*\r\nconnection: close\r\n.*read 9$/is);
	});

	test("longer where it is the server that takes its time: what was asked whole is answered", async () => {
		const asked = Promise.withResolvers<void>();
		const late = Promise.withResolvers<Response>();
		const { port, stop } = await start({
			answer: () => {
				asked.resolve();
				return late.promise;
			},
		});
		const answer = fetch(`http://127.0.0.1:${port}/`);
		await asked.promise;
		const stopped = stop();
		setTimeout(() => late.resolve(new Response("late")), 3_500);
		assert.equal(await (await answer).text(), "late");
		await stopped;
	});
});

describe("an answer before the end of what is sent", () => {
	for (const path of ["/raw", "/page"]) {
		test(`at ${path} says that the connection ends, and arrives`, async () => {
			await using running = await start();
			const answer = await rawExchange(running.port, post(path, 9_000_000) + "x".repeat(200_000));
			assert.match(answer, /^HTTP\/1\.1 413 /);
			assert.match(answer, /\r\nconnection: close\r\n/i);
		});

		test(`at ${path} keeps no place for a second request behind it`, async () => {
			await using running = await start();
			const second = "GET /second HTTP/1.1\r\nHost: a\r\n\r\n";
			const socket = await hold(running.port, post(path, 100_000) + "x".repeat(50_000));
			let answer = "";
			socket.on("data", (data) => {
				answer += data;
			});
			await until(() => answer.includes("\r\n\r\n"));
			socket.write("x".repeat(50_000) + second);
			await until(() => socket.closed);
			assert.equal(answer.split("HTTP/1.1 ").length - 1, 1, answer);
			assert.deepEqual(running.answered, [path]);
		});
	}

	test("says so too where nobody said how much is sent", async () => {
		await using running = await start();
		const chunked = "POST /raw HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
		const answer = await rawExchange(running.port, `${chunked}1\r\nx\r\n`);
		assert.match(answer, /^HTTP\/1\.1 413 /);
		assert.match(answer, /\r\nconnection: close\r\n/i);
	});

	test("is none where all of it had come: the connection stays", async () => {
		await using running = await start();
		const answer = await rawExchange(
			running.port,
			`${post("/page", 3)}abc${post("/page", 4)}abcdGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
		);
		assert.equal(answer.match(/read \d/g)?.join(), "read 3,read 4,read 0");
		const nothing = post("/raw", 0) + post("/raw", 0);
		const all = await rawExchange(
			running.port,
			`${nothing}GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
		);
		assert.deepEqual(all.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 413", "HTTP/1.1 413", "HTTP/1.1 200"]);
	});
});

describe("a request that asks for another protocol", () => {
	const upgrade =
		"Host: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";

	for (const [name, body] of [
		["a body", "Content-Length: 3\r\n\r\nabc"],
		["a body in pieces", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"],
	] as const) {
		test(`is answered like any other, with ${name}, and nothing waits behind it`, async () => {
			await using running = await start();
			for (const [pieces, more] of [
				[1, ""],
				[2, ""],
				[1, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"],
				[1, "\0nonsense\r\n\r\n"],
			] as const) {
				const whole = `POST /page HTTP/1.1\r\n${upgrade}${body}${more}`;
				const cut = pieces === 1 ? whole.length : whole.indexOf("abc");
				const begunAt = performance.now();
				const before = running.asked();
				const socket = await hold(running.port, whole.slice(0, cut));
				let answer = "";
				socket.on("data", (data) => {
					answer += data;
				});
				if (pieces > 1) {
					await until(() => running.asked() > before);
					socket.write(whole.slice(cut));
				}
				await until(() => socket.closed);
				assert.match(answer, /^HTTP\/1\.1 200 .*read 3$/s);
				assert.ok(performance.now() - begunAt < 5_000);
			}
		});
	}

	test("and goes on with nonsense is not waited for", async () => {
		await using running = await start();
		const begunAt = performance.now();
		const answer = await rawExchange(running.port, `GET / HTTP/1.1\r\n${upgrade}\r\n\0nonsense\r\n\r\n`);
		assert.match(answer, /^HTTP\/1\.1 200 .*\r\nconnection: close\r\n/is);
		assert.ok(performance.now() - begunAt < 5_000);
	});
});

test("headers are sixteen kibibytes at most", async () => {
	await using running = await start();
	for (const [length, status] of [
		[16_000, 200],
		[16_700, 431],
	] as const) {
		const request = `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Long: ${"x".repeat(length)}\r\n\r\n`;
		const answer = await rawExchange(running.port, request);
		assert.ok(answer.startsWith(`HTTP/1.1 ${status} `), answer.slice(0, 40));
	}
});

test("two Host headers are refused, also where they say the same", async () => {
	await using running = await start();
	for (const hosts of ["Host: a\r\nHost: b", "Host: a\r\nhOST: a"]) {
		for (const path of ["/page", "/raw"]) {
			const answer = await rawExchange(running.port, `GET ${path} HTTP/1.1\r\n${hosts}\r\n\r\n`);
			assert.match(answer, /^HTTP\/1\.1 400 /, hosts);
			assert.match(answer, /\r\nconnection: close\r\n/i);
		}
	}
	const one = "Host: host\r\nX-Its: host\r\nConnection: close";
	assert.match(await rawExchange(running.port, `GET /page HTTP/1.1\r\n${one}\r\n\r\n`), /^HTTP\/1\.1 200 /);
});

describe("connections of one address", () => {
	/** So many at once: more than wait to be taken by a busy server would be dropped before it sees them. */
	const atOnce = 100;

	/** Opens so many from 127.0.0.2, asks on each, and returns those that were answered; the others were closed. */
	async function answered(t: TestContext, port: number, count: number): Promise<readonly Socket[]> {
		const sockets: Socket[] = [];
		for (let opened = 0; opened < count; opened += atOnce) {
			const length = Math.min(atOnce, count - opened);
			sockets.push(...(await Promise.all(Array.from({ length }, () => ask(t, port)))));
		}
		return sockets.filter((socket) => socket.bytesRead > 0);
	}

	async function ask(t: TestContext, port: number): Promise<Socket> {
		const socket = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.2" });
		t.after(() => socket.destroy());
		socket.on("error", () => {}).write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
		// A connection that is refused may be reset, which is no answer either.
		await new Promise<unknown>((resolve) => socket.once("data", resolve).once("close", resolve));
		return socket;
	}

	test("are a thousand, and one that ends makes room for another", async (t) => {
		await using running = await start();
		const stood = await answered(t, running.port, 1_010);
		assert.equal(stood.length, 1_000);
		// One of another address is taken meanwhile.
		const other = await rawExchange(running.port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
		assert.match(other, / 200 /);
		for (const socket of stood.slice(0, 5)) {
			socket.end();
			await once(socket, "close");
		}
		assert.equal((await answered(t, running.port, 10)).length, 5);
	});

	test("are not counted where it is a trusted proxy", async (t) => {
		await using running = await start({ trustedProxies: ["127.0.0.2"] });
		assert.equal((await answered(t, running.port, 1_010)).length, 1_010);
	});
});
