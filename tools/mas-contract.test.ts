import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { acceptedIn, judge } from "./mas-contract/accepted.ts";
import { differences } from "./mas-contract/compare.ts";
import { type Document, operationsOf } from "./mas-contract/contract.ts";

const schemas = {
	Id: { type: "string" },
	Name: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
	Thing: {
		type: "object",
		properties: {
			id: { allOf: [{ $ref: "#/components/schemas/Id" }] },
			at: { type: ["string", "null"], format: "date-time" },
			size: { anyOf: [{ type: "integer" }, { type: "null" }] },
		},
		required: ["id"],
	},
} as const;
const told = (schema: object) => ({ content: { "application/json": { schema } } });
const list = { type: "object", properties: { data: { type: "array", items: schemas.Thing } } };

function document(change: object = {}): Document {
	const get = {
		parameters: [
			{ in: "query", name: "state", schema: { type: "string", enum: ["on", "off"] } },
			{ in: "path", name: "id", required: true, schema: { type: "string" } },
		],
		responses: { 200: told(list), 404: told(schemas.Name), 204: {} },
	};
	const post = {
		requestBody: { required: false, ...told({ $ref: "#/components/schemas/Name" }) },
		responses: { 201: told(schemas.Thing) },
	};
	return { components: { schemas }, paths: { "/a/things/{id}": { get, post, ...change }, "/b": { get } } };
}

const theirs = document();
const get = theirs.paths["/a/things/{id}"]?.get ?? {};
const post = theirs.paths["/a/things/{id}"]?.post ?? {};

function found(change: object): readonly string[] {
	return differences(operationsOf(theirs, "/a"), operationsOf(document(change), "/a"));
}

const thing = (change: object, required: readonly string[] = ["id"]) => ({
	...post,
	responses: {
		201: told({ type: "object", properties: { ...schemas.Thing.properties, ...change }, required }),
	},
});
const body = (schema: object, required = false) => ({
	...post,
	requestBody: { required, ...told(schema) },
});

test("documents that say the same in other words do not differ", () => {
	assert.deepEqual(found({}), []);
	assert.deepEqual(found({ post: thing({ id: { const: "x" } }, ["id", "at", "size"]) }), []);
	assert.deepEqual(found({ post: thing({ size: { type: "integer" }, at: { type: "null" } }) }), []);
	const parameters = [
		{ in: "path", name: "other", required: true },
		{ in: "query", name: "state", schema: { type: "string" } },
	];
	assert.deepEqual(found({ get: { ...get, parameters } }), []);
});

test("what is sent and not taken is a difference, and what is told and not known", () => {
	const at = "/things/{id}";
	for (const [change, ...lines] of [
		[{ get: { ...get, parameters: [] } }, `GET ${at}: query state is not taken`],
		[
			{
				get: {
					...get,
					parameters: [{ in: "query", name: "state", required: true, schema: { const: "on" } }],
				},
			},
			`GET ${at}: query state has to be there`,
			`GET ${at}: query state: "off" is not taken`,
		],
		[
			{ get: { ...get, responses: { 200: told(list), 404: told(schemas.Name), 204: told(list), 409: {} } } },
			`GET ${at}: 204 has a body here alone`,
			`GET ${at}: 409 is answered here alone`,
		],
		[
			{ get: { ...get, responses: { 200: {}, 404: told({ type: "object" }) } } },
			`GET ${at}: 200 has no body`,
			`GET ${at}: 204 is never answered`,
			`GET ${at}: 404 name is not told`,
		],
		[{ post: thing({ id: { type: "integer" } }) }, `POST ${at}: 201 id: integer may be told`],
		[{ post: thing({ at: { type: "string" } }) }, `POST ${at}: 201 at: string may be told`],
		[{ post: thing({}, []) }, `POST ${at}: 201 id may be absent`],
		[{ post: thing({ more: {} }) }, `POST ${at}: 201 more is told here alone`],
		[{ post: body(schemas.Name, true) }, `POST ${at}: body has to be there`],
		[
			{ post: body({ ...schemas.Name, properties: { name: { const: "x" } } }) },
			`POST ${at}: body name: string is not taken`,
		],
		[
			{ post: body({ properties: { other: {}, name: { type: "string" } }, required: ["name", "other"] }) },
			`POST ${at}: body other is taken here alone, and has to be there`,
		],
		[{ post: { ...post, requestBody: undefined } }, `POST ${at}: body is not taken`],
		[{ put: post }, `PUT ${at}: is here alone`],
	] as const)
		assert.deepEqual(found(change), lines);
	const without = operationsOf({ paths: {} }, "/a");
	assert.deepEqual(differences(operationsOf(theirs, "/a"), without), [
		`GET ${at}: is not here`,
		`POST ${at}: is not here`,
	]);
});

test("a difference passes that is listed with a reason; one that is not, and a line that is none, fail", () => {
	const table = "| Difference | Why |\n|---|---|\n| `GET /a*: 400 is *` | strict |\n| `* /b: gone` | old |\n";
	const accepted = acceptedIn(table);
	assert.deepEqual(accepted, [
		{ line: "GET /a*: 400 is *", why: "strict" },
		{ line: "* /b: gone", why: "old" },
	]);
	const found = ["GET /a/b: 400 is answered", "POST /a: 400 is answered", "GET /axb: 4000 is"];
	assert.deepEqual(judge(found, accepted), { unlisted: found.slice(1), stale: ["* /b: gone"] });
	assert.throws(() => acceptedIn("| `GET /a: x` | |\n"), /no reason/);
});

test("every line of the docs is read, with its reason", () => {
	const text = readFileSync(join(import.meta.dirname, "../docs/mas-contract.md"), "utf8");
	const rows = text.split("\n").filter((line) => line.startsWith("| `"));
	assert.equal(acceptedIn(text).length, rows.length);
	assert.ok(rows.length > 10);
});
