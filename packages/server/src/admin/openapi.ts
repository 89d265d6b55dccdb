import { z } from "zod";
import type { Operation, Told } from "./operation.ts";
import { told } from "./refusals.ts";
import { errorBody } from "./shapes.ts";

type Json = Readonly<Record<string, unknown>>;

/** Of every operation: who may, what cannot be read, and what may be wrong here. */
const always: Responses = merged(
	told("no-token", "token-refused", "locked", "not-allowed", "factor-demanded", "failed", "storage-away"),
	{ 400: { about: "A parameter that is none, or cannot be read", body: errorBody } },
);

const ofBodies: Responses = merged(told("not-json", "too-large"), {
	400: { about: "A member that is none, or cannot be read", body: errorBody },
});

type Responses = Readonly<Record<number, Told>>;

/** What each says of a status, one after the other. */
function merged(...all: readonly Responses[]): Responses {
	const texts = new Map<string, Told>();
	for (const [status, { about, body }] of all.flatMap((each) => Object.entries(each))) {
		const before = texts.get(status);
		const said = before === undefined ? about : `${before.about}. Or: ${about}`;
		texts.set(status, { about: said, ...(body !== undefined && { body }) });
	}
	return Object.fromEntries(texts);
}

/**
 * The OpenAPI document, made of what the operations are served by: it cannot say anything else than they do.
 * @see https://spec.openapis.org/oas/v3.1.1
 */
export function openApiDocument(
	operations: readonly Operation[],
	{ publicBase }: { readonly publicBase: string },
): Json {
	const paths = Map.groupBy(operations, ({ path }) => path);
	return {
		openapi: "3.1.0",
		// Of the API: anybody reads this, and need not know which version of the server has which faults.
		info: { title: "Countersign admin API", version: "1" },
		servers: [{ url: publicBase.replace(/\/$/, "") }],
		security: [{ token: [] }, { oauth: ["urn:mas:admin"] }],
		paths: Object.fromEntries(
			[...paths].map(([path, all]) => [
				path,
				Object.fromEntries(all.map((each) => [each.method.toLowerCase(), operationOf(each)])),
			]),
		),
		components: { securitySchemes: securitySchemes(publicBase) },
	};
}

function securitySchemes(publicBase: string): Json {
	const at = (path: string) => new URL(path, publicBase).href;
	const scopes = { "urn:mas:admin": "Everything here" };
	return {
		token: { type: "http", scheme: "bearer" },
		oauth: {
			type: "oauth2",
			flows: {
				authorizationCode: { authorizationUrl: at("authorize"), tokenUrl: at("oauth2/token"), scopes },
				clientCredentials: { tokenUrl: at("oauth2/token"), scopes },
			},
		},
	};
}

const ofSevere = told("sign-in-too-old");

function operationOf(operation: Operation): Json {
	const { id, tag, about, path, query, body, isBodyOptional, isSevere = false, told: own } = operation;
	const all = merged(own, isSevere ? ofSevere : {}, always, body === undefined ? {} : ofBodies);
	return {
		operationId: id,
		tags: [tag],
		summary: about,
		parameters: [...pathParameters(path), ...(query === undefined ? [] : queryParameters(query))],
		...(body !== undefined && {
			requestBody: {
				required: isBodyOptional !== true,
				content: { "application/json": { schema: schemaOf(body, "input") } },
			},
		}),
		responses: Object.fromEntries(Object.entries(all).map(([status, each]) => [status, responseOf(each)])),
	};
}

function pathParameters(path: string): readonly Json[] {
	return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
		...{ in: "path", name, required: true, schema: { type: "string" } },
	}));
}

function queryParameters(query: z.ZodObject): readonly Json[] {
	return Object.entries(query.shape).map(([name, type]) => {
		const read = type as z.ZodType;
		const schema = schemaOf(read, "output");
		return {
			...{ in: "query", name, required: !read.safeParse(undefined).success, schema },
			...(schema.type === "array" && { style: "form", explode: true }),
		};
	});
}

function responseOf({ about, body }: Told): Json {
	if (body === undefined) return { description: about };
	return { description: about, content: { "application/json": { schema: schemaOf(body, "output") } } };
}

/** What a parameter means is what is made of its text; what a body may be is what is read of it. */
function schemaOf(type: z.ZodType, io: "input" | "output"): Json {
	const { $schema: _, ...schema } = z.toJSONSchema(type, { io });
	return schema;
}
