import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { operation } from "./operation.ts";
import { readBody, readQuery } from "./read.ts";

const optional = operation({
	...{ id: "x", method: "POST", path: "/x", tag: "x", about: "x", told: {}, isBodyOptional: true },
	body: z.strictObject({ keep: z.boolean().optional() }),
	answer: async () => ({ status: 204 }),
});

const post = (body?: string) =>
	new Request("http://localhost/", { method: "POST", ...(body !== undefined && { body }) });

const streamed = (text: string) =>
	new Request("http://localhost/", {
		method: "POST",
		body: new ReadableStream({
			start(controller) {
				if (text !== "") controller.enqueue(new TextEncoder().encode(text));
				controller.close();
			},
		}),
		duplex: "half",
	} as RequestInit);

describe("what is sent to the admin API", () => {
	test("a body that may be left out is absent where nothing came, whatever the head says of it", async () => {
		for (const request of [post(), post(""), streamed("")])
			assert.deepEqual(await readBody(optional, request), { ok: true, value: {} });
	});

	test("and one that came is read, announced or not", async () => {
		for (const request of [post('{"keep":true}'), streamed('{"keep":true}')])
			assert.deepEqual(await readBody(optional, request), { ok: true, value: { keep: true } });
		for (const request of [post(" "), streamed('{"kept":true}'), post("{")])
			assert.equal((await readBody(optional, request)).ok, false);
		const needed = { ...optional, isBodyOptional: false };
		assert.equal((await readBody(needed, post())).ok, false);
	});

	test("what is no parameter is refused, however near it is to one, and where there are none", () => {
		const schema = z.object({ "filter[status]": z.string().optional() });
		for (const query of [
			...["filters[status]=locked", "Filter[status]=locked", "filter_status=locked", "filter[Status]=locked"],
			...[
				"page_first=5",
				"pages[first]=5",
				"_=1",
				"=x",
				"filter[status][x]=locked",
				"filter%5bstatus=locked",
			],
		])
			for (const each of [schema, undefined])
				assert.equal(readQuery(each, new URLSearchParams(query)).ok, false, query);
		assert.deepEqual(readQuery(undefined, new URLSearchParams()), { ok: true, value: undefined });
	});

	test("a parameter in two spellings is sent twice, whichever comes first", () => {
		const schema = z.object({ "filter[x]": z.union([z.string(), z.array(z.string())]).optional() });
		for (const query of ["filter[x]=a&filter[x][]=b", "filter[x][]=b&filter[x]=a"])
			assert.equal(readQuery(schema, new URLSearchParams(query)).ok, false, query);
		assert.deepEqual(readQuery(schema, new URLSearchParams("filter[x][]=a&filter[x][]=b")), {
			ok: true,
			value: { "filter[x]": ["a", "b"] },
		});
	});
});
