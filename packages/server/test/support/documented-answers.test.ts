import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { listShape, resourceShape, time } from "../../src/admin/shapes.ts";
import { type JsonSchema, readDocument } from "./documented-answers.ts";

const id = "01J0000000E008000000000061";
const thing = resourceShape("thing", z.object({ made_at: time, name: z.string().nullable() }));
const { $schema: _, ...schema } = z.toJSONSchema(listShape(thing), { io: "output" });
const told = (of: JsonSchema) => ({ content: { "application/json": { schema: of } } });
const holds = readDocument({
	"/api/things": { get: { responses: { 200: told(schema), 204: {} } } },
	"/api/things/{id}": { delete: { responses: { 204: {} } } },
});

const good = {
	meta: { count: 1 },
	data: [
		{
			...{ type: "thing", id, attributes: { made_at: "2026-01-02T03:04:05.678Z", name: null } },
			...{ links: { self: "/x" }, meta: { page: { cursor: id } } },
		},
	],
	links: { self: "/x", first: "/x", last: "/x" },
};
const [first] = good.data;
const asked = { method: "GET", path: "/api/things?count=true", status: 200 } as const;

test("an answer that fits the document passes", () => {
	holds({ ...asked, body: good });
	holds({ ...asked, method: "HEAD", status: 204, body: undefined });
	holds({ method: "DELETE", path: "/api/things/a%20b", status: 204, body: undefined });
});

test("an answer that the document does not tell of fails", () => {
	const one = (change: object) => ({ ...good, data: [{ ...first, ...change }] });
	for (const [what, body] of [
		["a member more", { ...good, more: 1 }],
		["a member less", { data: good.data }],
		["another type", one({ type: "other" })],
		["an id that is no ULID", one({ id: "x" })],
		["a time that is none", one({ attributes: { made_at: 5, name: null } })],
		["a time without its zone", one({ attributes: { made_at: "2026-01-02T03:04:05", name: null } })],
		["null where there is none", one({ attributes: { made_at: null, name: null } })],
		["an attribute more", one({ attributes: { ...first?.attributes, secret: "x" } })],
		["no body", undefined],
	] as const)
		assert.throws(() => holds({ ...asked, body }), assert.AssertionError, what);
	assert.throws(() => holds({ ...asked, status: 400, body: good }), /not in the document/);
	assert.throws(() => holds({ ...asked, status: 204, body: {} }), assert.AssertionError);
});

test("where nothing is, an answer is an error all the same", () => {
	const body = { errors: [{ title: "no" }] };
	holds({ method: "GET", path: "/api/nothing", status: 404, body });
	holds({ method: "PATCH", path: "/api/things", status: 405, body });
	assert.throws(() => holds({ method: "GET", path: "/api/nothing", status: 200, body }));
	assert.throws(() =>
		holds({ method: "GET", path: "/api/nothing", status: 404, body: { ...body, more: 1 } }),
	);
});
