import assert from "node:assert/strict";
import { test } from "node:test";
import { expectCode } from "../test/support/expect-code.ts";
import { scriptedServer } from "../test/support/scripted-server.ts";
import { processVersionsResponse, versionsRequest } from "./index.ts";
import { send } from "./transport.ts";

const never = (_url: string, init: RequestInit) =>
	new Promise<Response>((_resolve, reject) => {
		init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
	});

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
