/** Where the two devices of a sign-in by QR code meet, over HTTP. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { describe, test } from "node:test";
import { type HomeserverWorld, openHomeserverWorld } from "../support/homeserver-world.ts";

const plainPath = "/_matrix/client/unstable/org.matrix.msc4108/rendezvous";
const jsonPath = "/_matrix/client/unstable/io.element.msc4388/rendezvous";
const text = { "content-type": "text/plain" };
/** What the world's server says of itself. */
const publicBase = "https://auth.example.org";
const lifeMs = 300_000;

/** One request without a token. */
async function ask(
	{ base }: Pick<HomeserverWorld, "base">,
	method: string,
	path: string,
	{
		headers = {},
		body,
	}: { readonly headers?: Record<string, string>; readonly body?: string | Uint8Array<ArrayBuffer> } = {},
) {
	const response = await fetch(`${base}${path}`, { method, headers, ...(body !== undefined && { body }) });
	const bytes = Buffer.from(await response.arrayBuffer());
	const { status } = response;
	return {
		...{ status, headers: response.headers, bytes, text: bytes.toString() },
		get body() {
			return JSON.parse(bytes.toString());
		},
	};
}

/** As a browser asks, with headers that `fetch` writes by itself. */
async function askAsBrowser({ base }: HomeserverWorld, path: string, headers: Record<string, string>) {
	const asking = request(`${base}${path}`, { headers });
	asking.end();
	const [answer] = await once(asking, "response");
	return { status: answer.statusCode, headers: answer.headers, text: await textOf(answer) };
}

async function openPlain(world: HomeserverWorld, body: string | Uint8Array<ArrayBuffer> = "") {
	const answer = await ask(world, "POST", plainPath, { headers: text, body });
	assert.equal(answer.status, 201, answer.text);
	const etag = answer.headers.get("etag") ?? "";
	return { answer, etag, path: new URL(answer.body.url).pathname };
}

const json = (body: unknown) => ({ body: JSON.stringify(body) });
async function openJson(world: HomeserverWorld, data = "") {
	const { status, body } = await ask(world, "POST", jsonPath, json({ data }));
	assert.equal(status, 200);
	return { path: `${jsonPath}/${body.id}`, token: body.sequence_token, body };
}

describe("a rendezvous of plain text", () => {
	test("is made without a token, and its address, ETag and times are told to any web app", async () => {
		await using world = await openHomeserverWorld();
		const { answer } = await openPlain(world, "hello");
		assert.deepEqual(Object.keys(answer.body), ["url"]);
		assert.match(answer.body.url, new RegExp(`^${publicBase}${plainPath}/[A-Za-z0-9_-]{32}$`));
		assert.equal(answer.headers.get("content-type"), "application/json");
		assert.match(answer.headers.get("etag") ?? "", /^"[A-Za-z0-9_-]{32}"$/);
		assert.equal(answer.headers.get("expires"), new Date(world.now() + lifeMs).toUTCString());
		assert.equal(answer.headers.get("last-modified"), new Date(world.now()).toUTCString());
		assert.match(answer.headers.get("cache-control") ?? "", /^no-store\b/);
		assert.equal(answer.headers.get("pragma"), "no-cache");
		assert.equal(answer.headers.get("access-control-allow-origin"), "*");
		assert.match(answer.headers.get("access-control-expose-headers") ?? "", /\bETag\b/);
	});

	test("is where two devices hand each other one payload after another", async () => {
		await using world = await openHomeserverWorld();
		const { path, etag } = await openPlain(world);
		const seen = await ask(world, "GET", path);
		assert.deepEqual([seen.status, seen.text, seen.headers.get("etag")], [200, "", etag]);
		// The whole value: apps compare it.
		assert.equal(seen.headers.get("content-type"), "text/plain");
		world.advance(2_000);
		const put = await ask(world, "PUT", path, { headers: { ...text, "if-match": etag }, body: "from B" });
		const next = put.headers.get("etag") ?? "";
		assert.deepEqual([put.status, put.text, put.headers.get("content-type")], [202, "", "text/plain"]);
		assert.notEqual(next, etag);
		const same = await ask(world, "GET", path, { headers: { "if-none-match": next } });
		assert.deepEqual([same.status, same.text, same.headers.get("etag")], [304, "", next]);
		for (const name of ["expires", "last-modified"]) assert.ok(same.headers.has(name), name);
		const other = await ask(world, "GET", path, { headers: { "if-none-match": etag } });
		assert.deepEqual([other.status, other.text], [200, "from B"]);
		assert.equal(other.headers.get("last-modified"), new Date(world.now()).toUTCString());
		const gone = await ask(world, "DELETE", path);
		assert.deepEqual([gone.status, gone.text], [204, ""]);
		for (const method of ["GET", "DELETE"])
			assert.equal((await ask(world, method, path)).body.errcode, "M_NOT_FOUND");
	});

	test("keeps bytes as they are, whatever they are", async () => {
		await using world = await openHomeserverWorld();
		const bytes = Uint8Array.from({ length: 4096 }, (_, n) => n % 256);
		const { path } = await openPlain(world, bytes);
		assert.deepEqual((await ask(world, "GET", path)).bytes, Buffer.from(bytes));
	});

	test("is not written by who has seen an older payload; a repeat of the last write changes nothing", async () => {
		await using world = await openHomeserverWorld();
		const { path, etag } = await openPlain(world);
		const put = (body: string, tag = etag) =>
			ask(world, "PUT", path, { headers: { ...text, "if-match": tag }, body });
		const first = await put("one");
		const late = await put("two");
		assert.equal(late.status, 412);
		assert.equal(late.body["org.matrix.msc4108.errcode"], "M_CONCURRENT_WRITE");
		assert.equal(late.headers.get("etag"), first.headers.get("etag"));
		const repeated = await put("one");
		assert.deepEqual([repeated.status, repeated.headers.get("etag")], [202, first.headers.get("etag")]);
		assert.equal((await ask(world, "GET", path)).text, "one");
		// What a proxy that compresses makes of the tag.
		assert.equal((await put("three", `W/${first.headers.get("etag")}`)).status, 202);
	});

	test("names the same payload anew when it is written again", async () => {
		await using world = await openHomeserverWorld();
		const { path, etag } = await openPlain(world, "same");
		const put = await ask(world, "PUT", path, { headers: { ...text, "if-match": etag }, body: "same" });
		assert.equal(put.status, 202);
		assert.notEqual(put.headers.get("etag"), etag);
	});

	test("is over five minutes after it was made, whatever is written to it, and then leaves nothing", async () => {
		await using world = await openHomeserverWorld();
		const { path, etag } = await openPlain(world, "secret");
		world.advance(lifeMs - 1);
		const put = await ask(world, "PUT", path, { headers: { ...text, "if-match": etag }, body: "more" });
		assert.equal(put.status, 202);
		assert.equal(put.headers.get("expires"), new Date(world.now() + 1).toUTCString());
		world.advance(1);
		const tag = put.headers.get("etag") ?? "";
		for (const [method, body] of [["GET"], ["PUT", "again"], ["DELETE"]] as const) {
			const sent = { headers: { ...text, "if-match": tag }, ...(body !== undefined && { body }) };
			assert.equal((await ask(world, method, path, sent)).body.errcode, "M_NOT_FOUND", method);
		}
		world.advance(1);
		await openPlain(world);
		assert.equal(await world.storage.read.rendezvous.countLive(0), 1, "the next one sweeps it away");
	});

	test("is for programs alone: no browser shows as a page of this site what a stranger wrote", async () => {
		await using world = await openHomeserverWorld();
		const { path } = await openPlain(world, "<script>alert(1)</script>");
		for (const headers of [
			{ "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
			{ "sec-fetch-mode": "navigate" },
			{ "sec-fetch-dest": "iframe", "sec-fetch-mode": "no-cors" },
			{ "sec-fetch-dest": "script" },
		]) {
			const { status, text } = await askAsBrowser(world, path, headers);
			assert.equal(status, 403, JSON.stringify(headers));
			assert.equal(JSON.parse(text).errcode, "M_FORBIDDEN");
		}
		const allowed = { "sec-fetch-dest": "empty", "sec-fetch-mode": "cors" };
		const fetched = await askAsBrowser(world, path, allowed);
		assert.equal(fetched.status, 200);
		assert.equal(fetched.headers["x-content-type-options"], "nosniff");
		assert.match(String(fetched.headers["content-security-policy"]), /sandbox/);
	});

	for (const [what, sent, status, errcode] of [
		["without a type", { body: new Uint8Array([65]) }, 400, "M_MISSING_PARAM"],
		["of another type", { headers: { "content-type": "text/html" }, body: "a" }, 400, "M_INVALID_PARAM"],
		["of 4097 bytes", { headers: text, body: "x".repeat(4097) }, 413, "M_TOO_LARGE"],
		[
			"that is compressed",
			{ headers: { ...text, "content-encoding": "gzip" }, body: "x" },
			400,
			"M_INVALID_PARAM",
		],
	] as const) {
		test(`refuses a payload ${what}`, async () => {
			await using world = await openHomeserverWorld();
			const { path, etag } = await openPlain(world, "first");
			const made = await ask(world, "POST", plainPath, sent);
			assert.deepEqual([made.status, made.body.errcode], [status, errcode]);
			const headers = { ...("headers" in sent && sent.headers), "if-match": etag };
			const put = await ask(world, "PUT", path, { ...sent, headers });
			assert.deepEqual([put.status, put.body.errcode], [status, errcode]);
			assert.equal((await ask(world, "GET", path)).text, "first");
		});
	}

	test("takes 4096 bytes, and text with a charset, as browsers send it", async () => {
		await using world = await openHomeserverWorld();
		await openPlain(world, "x".repeat(4096));
		const headers = { "content-type": "text/plain;charset=UTF-8" };
		assert.equal((await ask(world, "POST", plainPath, { headers, body: "a" })).status, 201);
	});

	for (const [tag, errcode] of [
		[undefined, "M_MISSING_PARAM"],
		["*", "M_INVALID_PARAM"],
		['"a", "b"', "M_INVALID_PARAM"],
		["bare", "M_INVALID_PARAM"],
	] as const) {
		test(`refuses to write with the ETag ${tag}`, async () => {
			await using world = await openHomeserverWorld();
			const { path } = await openPlain(world);
			const headers = { ...text, ...(tag !== undefined && { "if-match": tag }) };
			const { status, body } = await ask(world, "PUT", path, { headers, body: "a" });
			assert.deepEqual([status, body.errcode], [400, errcode]);
		});
	}

	test("may be used by web apps: the preflight allows what they send", async () => {
		await using world = await openHomeserverWorld();
		const { path } = await openPlain(world);
		const { status, headers } = await ask(world, "OPTIONS", path);
		assert.equal(status, 204);
		assert.match(headers.get("access-control-allow-headers") ?? "", /\bIf-Match, If-None-Match\b/);
		for (const method of ["GET", "PUT", "DELETE"])
			assert.match(headers.get("access-control-allow-methods") ?? "", new RegExp(method));
	});
});

describe("a rendezvous in JSON", () => {
	test("says that it can be had", async () => {
		await using world = await openHomeserverWorld();
		const { status, body } = await ask(world, "GET", jsonPath);
		assert.deepEqual([status, body], [200, { create_available: true }]);
	});

	test("is where two devices hand each other one payload after another", async () => {
		await using world = await openHomeserverWorld();
		const { path, token, body } = await openJson(world, "from A");
		assert.match(body.id, /^[A-Za-z0-9_-]{32}$/);
		assert.equal(body.expires_in_ms, lifeMs);
		world.advance(1_000);
		const seen = await ask(world, "GET", path);
		assert.deepEqual(seen.body, { data: "from A", sequence_token: token, expires_in_ms: lifeMs - 1_000 });
		const data = "from B \u0000 é 🙂";
		const put = await ask(world, "PUT", path, json({ sequence_token: token, data }));
		assert.equal(put.status, 200);
		assert.deepEqual(Object.keys(put.body), ["sequence_token"]);
		assert.notEqual(put.body.sequence_token, token);
		const next = await ask(world, "GET", path);
		assert.deepEqual([next.body.data, next.body.sequence_token], [data, put.body.sequence_token]);
		assert.deepEqual((await ask(world, "DELETE", path)).body, {});
		for (const method of ["GET", "DELETE"])
			assert.equal((await ask(world, method, path)).body.errcode, "M_NOT_FOUND");
	});

	test("is not written by who has seen an older payload; a repeat of the last write changes nothing", async () => {
		await using world = await openHomeserverWorld();
		const { path, token } = await openJson(world);
		const put = (data: string) => ask(world, "PUT", path, json({ sequence_token: token, data }));
		const first = await put("one");
		const late = await put("two");
		assert.deepEqual([late.status, late.body.errcode], [409, "IO_ELEMENT_MSC4388_CONCURRENT_WRITE"]);
		assert.deepEqual((await put("one")).body, first.body);
		assert.equal((await ask(world, "GET", path)).body.data, "one");
	});

	test("is over after five minutes", async () => {
		await using world = await openHomeserverWorld();
		const { path, token } = await openJson(world, "a");
		world.advance(lifeMs);
		assert.equal((await ask(world, "GET", path)).status, 404);
		const put = await ask(world, "PUT", path, json({ sequence_token: token, data: "b" }));
		assert.deepEqual([put.status, put.body.errcode], [404, "M_NOT_FOUND"]);
	});

	test("is no page", async () => {
		await using world = await openHomeserverWorld();
		const { path } = await openJson(world, "a");
		const { status, text } = await askAsBrowser(world, path, { "sec-fetch-mode": "navigate" });
		assert.deepEqual([status, JSON.parse(text).errcode], [403, "M_FORBIDDEN"]);
	});

	test("counts the bytes of the text, not of the JSON", async () => {
		await using world = await openHomeserverWorld();
		await openJson(world, "\u0001".repeat(4096));
		await openJson(world, "é".repeat(2048));
		for (const data of ["x".repeat(4097), "é".repeat(2049)]) {
			const { status, body } = await ask(world, "POST", jsonPath, json({ data }));
			assert.deepEqual([status, body.errcode], [413, "M_TOO_LARGE"]);
		}
	});

	for (const [what, sent, errcode] of [
		["no data", {}, "M_MISSING_PARAM"],
		["data that are no text", { data: 1 }, "M_INVALID_PARAM"],
		["half a character", { data: "\ud800" }, "M_INVALID_PARAM"],
	] as const) {
		test(`refuses ${what}`, async () => {
			await using world = await openHomeserverWorld();
			const { path, token } = await openJson(world, "first");
			for (const [method, where] of [
				["POST", jsonPath],
				["PUT", path],
			] as const) {
				const { status, body } = await ask(world, method, where, json({ ...sent, sequence_token: token }));
				assert.deepEqual([status, body.errcode], [400, errcode], method);
			}
		});
	}

	for (const [token, errcode] of [
		[undefined, "M_MISSING_PARAM"],
		[1, "M_INVALID_PARAM"],
	] as const) {
		test(`refuses to write with ${token} as its token`, async () => {
			await using world = await openHomeserverWorld();
			const { path } = await openJson(world);
			const { status, body } = await ask(world, "PUT", path, json({ data: "a", sequence_token: token }));
			assert.deepEqual([status, body.errcode], [400, errcode]);
		});
	}
});

describe("strangers", () => {
	test("open at most 20 places in five minutes from one address, of either form", async () => {
		await using world = await openHomeserverWorld();
		for (let n = 0; n < 10; n++) {
			await openPlain(world);
			await openJson(world);
		}
		for (const answer of [
			await ask(world, "POST", plainPath, { headers: text, body: "" }),
			await ask(world, "POST", jsonPath, json({ data: "" })),
		]) {
			assert.deepEqual([answer.status, answer.body.errcode], [429, "M_LIMIT_EXCEEDED"]);
			assert.ok(answer.body.retry_after_ms > 0 && answer.body.retry_after_ms <= 300_000);
			assert.match(answer.headers.get("retry-after") ?? "", /^[1-9][0-9]*$/);
		}
	});

	test("write at most 120 times in a minute from one address", async () => {
		await using world = await openHomeserverWorld();
		const statuses = [];
		for (let n = 0; n < 30; n++)
			for (const [method, path] of [
				["PUT", `${plainPath}/none`],
				["DELETE", `${plainPath}/none`],
				["PUT", `${jsonPath}/none`],
				["DELETE", `${jsonPath}/none`],
			] as const)
				statuses.push((await ask(world, method, path, { headers: text })).status);
		assert.ok(!statuses.includes(429));
		for (const [method, path] of [
			["PUT", `${plainPath}/none`],
			["DELETE", `${jsonPath}/none`],
		] as const)
			assert.equal((await ask(world, method, path, { headers: text })).status, 429, method);
	});

	test("find no place where a thousand are open, and those who meet there go on", async () => {
		await using world = await openHomeserverWorld();
		const { path, token } = await openJson(world, "mine");
		const now = world.now();
		await world.storage.write(async ({ rendezvous }) => {
			for (let n = 0; n < 999; n++)
				await rendezvous.add({
					...{ idHash: `other${n}`, payload: "", token: "t" },
					...{ modifiedAt: now, expiresAt: now + 1_000 },
				});
		});
		for (const [path, sent] of [
			[plainPath, { headers: text, body: "" }],
			[jsonPath, json({ data: "" })],
		] as const) {
			const { status, body } = await ask(world, "POST", path, sent);
			assert.deepEqual([status, body.errcode], [429, "M_LIMIT_EXCEEDED"]);
		}
		const put = await ask(world, "PUT", path, json({ sequence_token: token, data: "still mine" }));
		assert.equal(put.status, 200);
		world.advance(1_000);
		await openPlain(world);
	});

	test("who read the database learn no address of a place", async () => {
		await using world = await openHomeserverWorld();
		const { body } = await openJson(world, "a");
		assert.equal(await world.storage.read.rendezvous.find(body.id, world.now()), undefined);
	});
});
