import { type Schema, type Schemas, type Shape, shapeOf } from "./shape.ts";

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

/** An OpenAPI document, as far as it is looked into. */
export interface Document {
	readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
	readonly components?: { readonly schemas?: Schemas };
}

interface DocumentedOperation {
	readonly parameters?: readonly {
		readonly in: string;
		readonly name: string;
		readonly required?: boolean;
		readonly schema?: Schema;
	}[];
	readonly requestBody?: { readonly required?: boolean; readonly content: Content };
	readonly responses?: Readonly<Record<string, { readonly content?: Content }>>;
}

export interface Operation {
	/** By where they are and what they are called: `query filter[user]`. */
	readonly parameters: ReadonlyMap<string, { readonly isRequired: boolean; readonly shape: Shape }>;
	readonly body: { readonly isRequired: boolean; readonly shape: Shape } | undefined;
	/** By status. Undefined: no body. */
	readonly answers: ReadonlyMap<string, Shape | undefined>;
}

/** The operations below `base`, by method and path behind it. */
export function operationsOf({ paths, components }: Document, base: string): ReadonlyMap<string, Operation> {
	const schemas = components?.schemas ?? {};
	const all = new Map<string, Operation>();
	for (const [path, operations] of Object.entries(paths))
		for (const [method, operation] of Object.entries(operations))
			if (path.startsWith(base))
				all.set(`${method.toUpperCase()} ${path.slice(base.length)}`, operationOf(operation, schemas));
	return all;
}

function operationOf(
	{ parameters = [], requestBody, responses = {} }: DocumentedOperation,
	schemas: Schemas,
): Operation {
	const shape = (schema: Schema | undefined) => shapeOf(schema ?? {}, schemas);
	return {
		parameters: new Map(
			parameters.map((each) => [
				`${each.in} ${each.name}`,
				{ isRequired: each.required === true, shape: shape(each.schema) },
			]),
		),
		body:
			requestBody === undefined
				? undefined
				: { isRequired: requestBody.required === true, shape: shape(schemaIn(requestBody.content)) },
		answers: new Map(
			Object.entries(responses).map(([status, { content }]) => {
				const schema = content && schemaIn(content);
				return [status, schema && shape(schema)];
			}),
		),
	};
}

function schemaIn(content: Content): Schema | undefined {
	return content["application/json"]?.schema;
}
