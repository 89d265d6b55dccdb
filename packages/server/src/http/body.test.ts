import assert from "node:assert/strict";
import { test } from "node:test";
import { readBody, readForm, readIncoming, readJson } from "./body.ts";
import { listen } from "./node.ts";

const form = "application/x-www-form-urlencoded";

function post(body: string | Uint8Array<ArrayBuffer> | ReadableStream, headers: Record<string, string> = {}) {
	return new Request("http://localhost/", { method: "POST", headers, body, duplex: "half" });
}

function endless(): ReadableStream {
	return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1000)) });
}

test("a body is read up to the limit, and no further however long it goes on", async () => {
	const exact = await readBody(post("x".repeat(100)), 100);
	assert.equal(exact.ok && exact.bytes.length, 100);
	assert.deepEqual(await readBody(post("x".repeat(101)), 100), { ok: false, reason: "too-large" });
	assert.deepEqual(await readBody(post(endless()), 5000), { ok: false, reason: "too-large" });
	const announced = post("x", { "content-length": "999999" });
	assert.deepEqual(await readBody(announced, 100), { ok: false, reason: "too-large" });
	const none = await readBody(new Request("http://localhost/"), 100);
	assert.equal(none.ok && none.bytes.length, 0);
});

test("a body that comes in pieces is what was sent", async () => {
	const pieces = new ReadableStream({
		start(controller) {
			for (const piece of ["ab", "c", "def"]) controller.enqueue(new TextEncoder().encode(piece));
			controller.close();
		},
	});
	const read = await readBody(post(pieces), 6);
	assert.equal(read.ok && new TextDecoder().decode(read.bytes), "abcdef");
});

test("a packed body is refused unread", async () => {
	assert.deepEqual(await readBody(post("x", { "content-encoding": "gzip" }), 9), {
		ok: false,
		reason: "encoded",
	});
	assert.equal((await readBody(post("x", { "content-encoding": "identity" }), 9)).ok, true);
});

test("a field sent twice has no value, and is named", async () => {
	const read = await readForm(post("a=1&b=2&a=3", { "content-type": `${form}; charset=UTF-8` }));
	assert.ok(read.ok);
	assert.equal(read.form.value("a"), undefined);
	assert.equal(read.form.value("b"), "2");
	assert.deepEqual(["a", "b", "c"].map(read.form.text), ["", "2", ""]);
	assert.deepEqual(read.form.repeated, ["a"]);
	assert.deepEqual(read.form.names, ["a", "b"]);
});

test("what is not a form is not read as one", async () => {
	const refused = { ok: false, reason: "not-a-form" };
	assert.deepEqual(await readForm(post("a=1", { "content-type": "text/plain" })), refused);
	assert.deepEqual(
		await readForm(post("a=1", { "content-type": "multipart/form-data; boundary=x" })),
		refused,
	);
	assert.deepEqual(await readForm(post(Uint8Array.of(0x61, 0xff), { "content-type": form })), refused);
});

test("a form is 64 kibibytes at most, unless told otherwise", async () => {
	const sent = (length: number) => post(`a=${"x".repeat(length - 2)}`, { "content-type": form });
	assert.ok((await readForm(sent(65_536))).ok);
	assert.deepEqual(await readForm(sent(65_537)), { ok: false, reason: "too-large" });
	assert.ok((await readForm(sent(10), 10)).ok);
	assert.deepEqual(await readForm(sent(11), 10), { ok: false, reason: "too-large" });
});

test("JSON is UTF-8 without byte order mark", async () => {
	assert.deepEqual(await readJson(post('{"a":1}'), 99), { ok: true, value: { a: 1 } });
	const refused = { ok: false, reason: "not-json" };
	assert.deepEqual(await readJson(post("{"), 99), refused);
	assert.deepEqual(await readJson(post(""), 99), refused);
	assert.deepEqual(await readJson(post(Uint8Array.of(0x22, 0xff, 0x22)), 99), refused);
	assert.deepEqual(await readJson(post(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31)), 99), refused);
});

test("a body that breaks off is refused, and is no fault", async () => {
	const broken = new ReadableStream({
		pull(controller) {
			controller.enqueue(new Uint8Array(10));
			controller.error(new Error("aborted"));
		},
	});
	assert.deepEqual(await readBody(post(broken), 100), { ok: false, reason: "broken-off" });
});

test("a body of node's own requests is read by the same rules", async () => {
	const read: unknown[] = [];
	const outcome = await listen({
		...{ host: "127.0.0.1", port: 0, answer: () => new Response(), onError: (error) => read.push(error) },
		raw: () => async (incoming, outgoing) => {
			const body = await readIncoming(incoming, 5);
			read.push(body.ok ? Buffer.from(body.bytes).toString() : body.reason);
			outgoing.end();
		},
	});
	assert.ok(outcome.ok);
	try {
		const url = `http://127.0.0.1:${outcome.server.port}/`;
		const send = (body: string | ReadableStream, headers: Record<string, string> = {}) =>
			fetch(url, { method: "POST", body, headers, duplex: "half" });
		await send("12345");
		await send("123456");
		await send(ReadableStream.from([Buffer.from("123"), Buffer.from("456")]));
		await send("1", { "content-encoding": "Identity" });
		await send("1", { "content-encoding": "gzip" });
		await fetch(url);
	} finally {
		await outcome.server.close(AbortSignal.abort());
	}
	assert.deepEqual(read, ["12345", "too-large", "too-large", "1", "encoded", ""]);
});
