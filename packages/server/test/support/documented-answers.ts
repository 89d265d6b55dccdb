import assert from "node:assert/strict";
import { z } from "zod";

/** What was asked, and what came. */
interface Exchange {
	readonly method: string;
	/** Of the request; a query does not matter. */
	readonly path: string;
	readonly status: number;
	/** Undefined: there was none. */
	readonly body: unknown;
}

export type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];
type Told = Readonly<
	Record<string, { readonly content?: { readonly "application/json": { schema: JsonSchema } } }>
>;
type Paths = Readonly<Record<string, Readonly<Record<string, { readonly responses: Told }>>>>;

/** Holds answers of the admin API to its own document: fails on one that the document does not tell of. */
export type DocumentedAnswers = (exchange: Exchange) => void;

/** What is no operation is answered so, and is in no document. */
const elsewhere = z.strictObject({ errors: z.array(z.strictObject({ title: z.string() })).min(1) });

export async function documentedAnswers(base: string): Promise<DocumentedAnswers> {
	const response = await fetch(new URL("/api/spec.json", base));
	const { paths } = (await response.json()) as { readonly paths: Paths };
	return readDocument(paths);
}

export function readDocument(paths: Paths): DocumentedAnswers {
	const known = Object.entries(paths).map(([path, operations]) => ({
		operations,
		// As routes are found: what has fewer parameters comes first.
		parameters: path.split("{").length,
		matches: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
	}));
	known.sort((a, b) => a.parameters - b.parameters);
	const schemas = new Map<JsonSchema, z.ZodType>();
	return ({ method, path, status, body }) => {
		const asked = `${method} ${path}: ${status}`;
		const [pathname = ""] = path.split("?");
		const operations = known.find(({ matches }) => matches.test(pathname))?.operations;
		const operation = operations?.[method === "HEAD" ? "get" : method.toLowerCase()];
		if (operation === undefined) {
			assert.equal(status, operations === undefined ? 404 : 405, asked);
			assert.ok(elsewhere.safeParse(body).success, asked);
			return;
		}
		const told = operation.responses[status];
		assert.ok(told !== undefined, `${asked} is not in the document`);
		const schema = told.content?.["application/json"].schema;
		if (schema === undefined) return void assert.equal(body, undefined, asked);
		const read = schemas.get(schema) ?? z.fromJSONSchema(schema);
		schemas.set(schema, read);
		const fits = read.safeParse(body);
		assert.ok(fits.success, `${asked} does not fit the document: ${fits.error?.message}`);
	};
}
