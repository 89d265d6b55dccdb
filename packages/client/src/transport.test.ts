import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { expectCode } from "../test/support/expect-code.ts";
import { scriptedServer } from "../test/support/scripted-server.ts";
import { callerFor, processVersionsResponse, versionsRequest } from "./index.ts";
import { send, underSignal } from "./transport.ts";

const never = (_url: string, init: RequestInit) =>
	new Promise<Response>((_resolve, reject) => {
		init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
	});

/** Answers with the beginning of a body, and leaves it there. */
async function unfinishedServer(t: TestContext): Promise<{ readonly url: string; breakOff(): void }> {
	const server = createServer((_, response) => void response.writeHead(200).write('{"versions":'));
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const breakOff = () => server.closeAllConnections();
	t.after(() => {
		breakOff();
		server.close();
	});
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, breakOff };
}

test("a server that never answers is given up after the time-out", async () => {
	const error = await expectCode(
		versionsRequest("http://a.example", { fetch: never, timeoutMs: 1 }),
		"network",
	);
	assert.ok(error.cause instanceof Error);
});

test("the caller's signal ends a request, and is told apart from a failure", async () => {
	const caller = new AbortController();
	const request = versionsRequest("http://a.example", { fetch: never, signal: caller.signal });
	caller.abort();
	await expectCode(request, "aborted");
});

test("however many requests are sent under one signal, none goes on listening to it", async () => {
	const caller = new AbortController();
	const fetch = async () => new Response("{}");
	const session = { userId: "@a:b", deviceId: "A", accessToken: async () => "token", fetch };
	const call = callerFor({ ...session, homeserver: "http://a.example" }, caller.signal);
	for (let n = 0; n < 20; n++) await call({ method: "GET", path: "sync" });
	assert.deepEqual(getEventListeners(caller.signal, "abort"), []);
	const listening = underSignal(
		caller.signal,
		(own) =>
			new Promise((resolve) => {
				own.addEventListener("abort", () => resolve(own.reason));
			}),
	);
	caller.abort("over");
	assert.equal(await listening, "over");
	assert.equal(await underSignal(caller.signal, async (own) => own.reason), "over", "it was over before");
});

describe("a body that is still arriving ends as", () => {
	const reasons: readonly (readonly [string, unknown])[] = [
		["no reason", undefined],
		["an error of the caller's own", new Error("window closed")],
		["a TypeError, which a broken connection is, too", new TypeError("terminated")],
		["a time-out of the caller's own", new DOMException("too slow", "TimeoutError")],
		["a text", "window closed"],
	];
	for (const [what, reason] of reasons)
		test(`aborted by the caller, with ${what}`, async (t) => {
			const { url } = await unfinishedServer(t);
			const caller = new AbortController();
			const response = await versionsRequest(url, { signal: caller.signal });
			const judged = processVersionsResponse(response);
			caller.abort(reason);
			const error = await expectCode(judged, "aborted");
			assert.equal(error.cause, caller.signal.reason);
		});

	test("network, when the connection breaks, though there is a signal", async (t) => {
		const server = await unfinishedServer(t);
		const { signal } = new AbortController();
		const response = await versionsRequest(server.url, { signal });
		server.breakOff();
		await expectCode(processVersionsResponse(response), "network");
	});

	test("network, when it takes longer than the time-out, though there is a signal", async (t) => {
		const { url } = await unfinishedServer(t);
		const { signal } = new AbortController();
		// Firing by hand: a real time-out could come before the first byte.
		const timeout = new AbortController();
		t.mock.method(AbortSignal, "timeout", () => timeout.signal);
		const response = await versionsRequest(url, { signal });
		timeout.abort(new DOMException("The operation timed out", "TimeoutError"));
		await expectCode(processVersionsResponse(response), "network");
	});
});

test("a signal that fired before is heard", async () => {
	const signal = AbortSignal.abort(new Error("window closed"));
	const error = await expectCode(versionsRequest("http://a.example", { signal }), "aborted");
	assert.equal(error.cause, signal.reason);
});

test("a dropped connection is a network failure with its cause", async (t) => {
	const server = await scriptedServer(t, ["drop"]);
	const error = await expectCode(versionsRequest(server.url), "network");
	assert.ok(error.cause instanceof TypeError);
	assert.equal(error.message, `GET ${server.url}/_matrix/client/versions got no answer`);
});

test("what got no answer is named without credentials, query and fragment", async () => {
	const fetch = () => Promise.reject(new TypeError("fetch failed"));
	const url = "https://user:hunter2@a.example:8448/token?code=hunter3#hunter4";
	await assert.rejects(send(url, { method: "POST" }, { fetch }), {
		code: "network",
		message: "POST https://a.example:8448/token got no answer",
	});
});

test("cookies stay at home, and a base path is kept", async (t) => {
	const server = await scriptedServer(t, [{ status: 200, body: { versions: [] } }]);
	await versionsRequest(`${server.url}/base/`);
	assert.equal(server.seen[0]?.headers.cookie, undefined);
	assert.equal(server.seen[0]?.path, "/base/_matrix/client/versions");
});

test("an answer is judged once", async () => {
	const response = new Response('{"versions":[]}');
	await processVersionsResponse(response);
	await assert.rejects(processVersionsResponse(response), TypeError);
});
