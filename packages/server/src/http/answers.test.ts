import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Hono } from "hono";
import { json, oauthError, preflight, seeOther, withCors } from "./answers.ts";
import type { Env } from "./bindings.ts";
import { answerOtherMethods, wrongMethod } from "./other-methods.ts";
import { routeOf } from "./route-of.ts";
import { retryAfter } from "./storage-away.ts";
import { utf8 } from "./utf8.ts";
import { userAgent, userAgentOf } from "./visitor.ts";

const cors = {
	"access-control-allow-origin": "*",
	"access-control-allow-headers":
		"X-Requested-With, Content-Type, Authorization, Accept, Accept-Language, Content-Language, If-Match, If-None-Match",
	"access-control-expose-headers": "ETag, Retry-After, WWW-Authenticate",
};
const kept = { "content-type": "application/json", "cache-control": "no-store" };

async function parts(answer: Response) {
	return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
}

describe("an answer", () => {
	test("in JSON is kept by no cache, and may have headers of its own", async () => {
		assert.deepEqual(await parts(json(418, { a: 1 })), { status: 418, headers: kept, body: '{"a":1}' });
		const other = await parts(json(200, null, { "cache-control": "max-age=1", etag: "e" }));
		assert.deepEqual(other.headers, { ...kept, "cache-control": "max-age=1", etag: "e" });
	});

	test("of the OAuth endpoints names its error", async () => {
		assert.deepEqual(await parts(oauthError(400, "invalid_request", "why")), {
			...{ status: 400, headers: { ...kept, pragma: "no-cache" } },
			body: '{"error":"invalid_request","error_description":"why"}',
		});
	});

	test("may be read by scripts of any origin", async () => {
		const { headers } = await parts(withCors(new Response(null, { headers: { etag: "e" } })));
		assert.deepEqual(headers, { ...cors, etag: "e" });
	});

	test("to whoever asks first names the methods, for an hour", async () => {
		assert.deepEqual(await parts(preflight(["GET", "PUT"])), {
			...{ status: 204, body: "" },
			headers: {
				...{ ...cors, "access-control-allow-methods": "GET, PUT, OPTIONS", "access-control-max-age": "3600" },
			},
		});
	});

	test("sends the browser on by GET, with each of its headers", async () => {
		assert.deepEqual(await parts(seeOther("/x")), {
			...{ status: 303, body: "", headers: { location: "/x", "cache-control": "no-store" } },
		});
		const answer = seeOther("/x", [
			["set-cookie", "a=1"],
			["set-cookie", "b=2"],
		]);
		assert.deepEqual(answer.headers.getSetCookie(), ["a=1", "b=2"]);
	});

	test("to a method that is none says which are", async () => {
		const { status, headers, body } = await parts(wrongMethod(["GET", "PUT"]));
		assert.deepEqual([status, headers.allow], [405, "GET, PUT"]);
		assert.equal(JSON.parse(body).error_description, "Only GET and PUT is answered here");
		const app = new Hono<Env>().post("/x", (c) => c.text("posted"));
		answerOtherMethods(app, "/x", ["POST"]);
		assert.equal(await (await app.request("/x", { method: "POST" })).text(), "posted");
		const asked = await app.request("/x", { method: "OPTIONS" });
		assert.deepEqual(
			[asked.status, asked.headers.get("access-control-allow-methods")],
			[204, "POST, OPTIONS"],
		);
		const wrong = await parts(await app.request("/x", { method: "PUT" }));
		assert.deepEqual([wrong.status, wrong.headers.allow], [405, "POST"]);
		assert.equal(wrong.headers["access-control-allow-origin"], "*");
	});
});

test("whoever comes while the storage is away is to come again in five seconds", () => {
	assert.deepEqual(retryAfter, { "retry-after": "5" });
});

test("a path is known by the route that answers it, and by none where it is only looked at", () => {
	const app = new Hono<Env>()
		.use(async (_c, next) => next())
		.get("/a/:id", (c) => c.text(""))
		.post("/a/:id", (c) => c.text(""))
		.all("/b", (c) => c.text(""));
	for (const [method, path, route] of [
		["GET", "/a/1", "/a/:id"],
		["HEAD", "/a/1", "/a/:id"],
		["POST", "/a/1", "/a/:id"],
		["PUT", "/a/1", "-"],
		["PUT", "/b", "/b"],
		["GET", "/c", "-"],
	] as const)
		assert.equal(routeOf(app, method, path), route, `${method} ${path}`);
});

test("what a visitor calls itself is cleaned, at most 256 characters, and nothing where it says nothing", () => {
	assert.equal(userAgent(new Request("http://a/", { headers: { "user-agent": " App  1 " } })), "App 1");
	assert.equal(userAgentOf("x".repeat(256)), "x".repeat(256));
	assert.equal(userAgentOf("x".repeat(257)), `${"x".repeat(255)}…`);
	for (const nothing of ["", " ", "\u200b", null, undefined]) assert.equal(userAgentOf(nothing), undefined);
});

test("bytes are text where they are UTF-8, with a mark at their beginning as it is", () => {
	assert.equal(utf8(new Uint8Array([0xc3, 0xa9])), "é");
	assert.equal(utf8(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])), "\ufeffa");
	assert.equal(utf8(new Uint8Array([0xc3])), undefined);
});
