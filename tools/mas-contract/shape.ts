/** A JSON schema, as far as it is looked into. */
export interface Schema {
	readonly $ref?: string;
	readonly type?: string | readonly string[];
	readonly format?: string;
	readonly const?: unknown;
	readonly enum?: readonly unknown[];
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly items?: Schema;
	readonly allOf?: readonly Schema[];
	readonly anyOf?: readonly Schema[];
	readonly oneOf?: readonly Schema[];
}

export type Schemas = Readonly<Record<string, Schema>>;

/** What may stand at one place of a value. */
interface Place {
	/** Types, and values in quotation marks where only these may be. `any`: whatever is JSON. */
	readonly kinds: ReadonlySet<string>;
	/** Whether it stands there wherever what it is in does. */
	readonly isRequired: boolean;
}

/** A schema, place by place: `data[].id`. The whole is at the empty text. Bounds and patterns are left out. */
export type Shape = ReadonlyMap<string, Place>;

/** Reads a schema; references are to `#/components/schemas/`. Throws at one that leads nowhere. */
export function shapeOf(schema: Schema, schemas: Schemas): Shape {
	const shape = new Map<string, Place>();
	const add = (at: string, each: Schema, isRequired: boolean) => {
		const before = shape.get(at);
		const kinds = new Set([...(before?.kinds ?? []), ...kindsOf(each)]);
		shape.set(at, { kinds, isRequired: before === undefined ? isRequired : before.isRequired && isRequired });
		for (const [name, member] of Object.entries(each.properties ?? {}))
			walk(at === "" ? name : `${at}.${name}`, member, each.required?.includes(name) === true);
		if (each.items !== undefined) walk(`${at}[]`, each.items, true);
	};
	const walk = (at: string, given: Schema, isRequired: boolean) => {
		for (const each of choicesOf(given, schemas)) add(at, each, isRequired);
	};
	walk("", schema, true);
	return shape;
}

/** Without references and combinations. */
function choicesOf(schema: Schema, schemas: Schemas): readonly Schema[] {
	if (schema.$ref !== undefined) {
		const found = schemas[schema.$ref.replace("#/components/schemas/", "")];
		if (found === undefined) throw new Error(`nothing is at ${schema.$ref}`);
		return choicesOf(found, schemas);
	}
	const choices = schema.anyOf ?? schema.oneOf;
	if (choices !== undefined) return choices.flatMap((each) => choicesOf(each, schemas));
	const parts = schema.allOf?.flatMap((each) => choicesOf(each, schemas));
	return [parts === undefined ? schema : Object.assign({}, ...parts)];
}

function kindsOf(schema: Schema): readonly string[] {
	const { type, format, enum: values, const: value } = schema;
	if (value !== undefined) return [JSON.stringify(value)];
	if (values !== undefined) return values.map((each) => JSON.stringify(each));
	const types = typeof type === "string" ? [type] : (type ?? typesOf(schema));
	return types.map((each) => (each === "string" && format === "date-time" ? "date-time" : each));
}

function typesOf({ properties, items }: Schema): readonly string[] {
	if (properties !== undefined) return ["object"];
	return items === undefined ? ["any"] : ["array"];
}

/** Of these kinds the ones that the others do not hold. */
export function kindsBeyond(kinds: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] {
	return [...kinds].filter((kind) => !others.has("any") && !others.has(kind) && !isWithin(kind, others));
}

function isWithin(kind: string, others: ReadonlySet<string>): boolean {
	if (kind === "integer") return others.has("number");
	return (kind === "date-time" || kind.startsWith('"')) && others.has("string");
}
