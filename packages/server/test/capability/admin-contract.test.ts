/** What the admin API's own OpenAPI document promises, against what programs ask that were written for MAS. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
	type MasOperation,
	masAttributes,
	masOperations,
	masSiteConfig,
} from "../support/mas-admin-operations.ts";
import { type RunningServer, startServer } from "../support/server.ts";

/** As far as it is looked into. */
interface Documented {
	readonly parameters: readonly { readonly in: string; readonly name: string; readonly required: boolean }[];
	readonly requestBody?: { readonly required: boolean; readonly content: Content };
	readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
	readonly security?: unknown;
}

type Content = { readonly "application/json": { readonly schema: Schema } };

interface Schema {
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly items?: Schema;
	readonly const?: string;
}

/**
 * Where the document differs on purpose; each is told in docs/admin-api.md under this word, which is looked for there.
 * A line that is no difference any more fails.
 */
const differences: Readonly<Record<string, string>> = {
	"POST /users: body avatar_url": "avatar_url",
};

describe("the OpenAPI document", () => {
	let server: RunningServer;
	let paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
	before(async () => {
		server = await startServer();
		const response = await fetch(new URL("/api/spec.json", server.url));
		assert.deepEqual([response.status, response.headers.get("access-control-allow-origin")], [200, "*"]);
		const document = (await response.json()) as { openapi: string; paths: typeof paths };
		assert.equal(document.openapi, "3.1.0");
		({ paths } = document);
	});
	after(() => server.close());

	function found({
		method,
		path,
		filters = [],
		body = [],
		required = [],
		statuses,
		type,
		isList,
	}: MasOperation) {
		const here = `${method} ${path}`;
		const documented = paths[`/api/admin/v1${path}`]?.[method.toLowerCase()];
		if (documented === undefined) return [here];
		const missing: string[] = [];
		const need = (is: boolean, what: string) => is || missing.push(`${here}: ${what}`);
		const names = documented.parameters.map(({ name }) => name);
		const query = isList
			? [
					...filters.map((name) => `filter[${name}]`),
					...["page[before]", "page[after]", "page[first]", "page[last]", "count"],
				]
			: [];
		for (const name of query) need(names.includes(name), name);
		for (const parameter of documented.parameters)
			need(parameter.in === "path" || !parameter.required, `${parameter.name} is required`);
		const schema = documented.requestBody?.content["application/json"].schema;
		for (const name of body) need(schema?.properties?.[name] !== undefined, `body ${name}`);
		for (const name of schema?.required ?? []) need(required.includes(name), `body ${name} is required`);
		if (required.length === 0)
			need(documented.requestBody?.required !== true || body.length > 0, "body is required");
		for (const status of statuses) need(documented.responses[status] !== undefined, `status ${status}`);
		if (type !== undefined) {
			const good = documented.responses[200] ?? documented.responses[201];
			const data = good?.content?.["application/json"].schema.properties?.data;
			const resource = isList ? data?.items : data;
			need(resource?.properties?.type?.const === type, `type ${type}`);
			const attributes = resource?.properties?.attributes;
			for (const name of masAttributes[type])
				need(attributes?.properties?.[name] !== undefined, `attribute ${name}`);
		}
		return missing;
	}

	test("has all 47 operations of MAS, their parameters, members, statuses and attributes, but what is told in the docs", () => {
		assert.equal(masOperations.length, 47);
		const missing = masOperations.flatMap(found);
		assert.deepEqual(missing.sort(), Object.keys(differences).sort());
		const docs = readFileSync(
			fileURLToPath(new URL("../../../../docs/admin-api.md", import.meta.url)),
			"utf8",
		);
		for (const word of Object.values(differences)) assert.ok(docs.includes(word), word);
	});

	test("tells the thirteen values of the site's configuration", () => {
		const documented = paths["/api/admin/v1/site-config"]?.get?.responses[200];
		const { properties = {} } = documented?.content?.["application/json"].schema ?? {};
		assert.deepEqual(Object.keys(properties).sort(), [...masSiteConfig].sort());
	});
});
