import type { z } from "zod";
import { jsonIn, readBody as readWhole } from "../http/index.ts";
import type { Answer, Operation } from "./operation.ts";
import { refuse, refuseInput } from "./refusals.ts";

type Read = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly answer: Answer };

const limitBytes = 64 * 1024;

/**
 * The parameters, by the operation's schema. One that it does not know is refused and not left out, however it is
 * spelt: a program that asks for those who are locked must not be told of everybody.
 */
export function readQuery(schema: z.ZodObject | undefined, search: URLSearchParams): Read {
	const shape = schema?.shape ?? {};
	const given: Record<string, string | string[]> = {};
	const spelt = new Set<string>();
	for (const name of new Set(search.keys())) {
		const known = name.endsWith("[]") ? name.slice(0, -2) : name;
		if (!Object.hasOwn(shape, known)) return refused(`${shown(name)} is no parameter here`);
		// `filter[x]` beside `filter[x][]`: neither may win unsaid.
		if (spelt.has(known)) return refused(`${shown(known)} is sent twice`);
		spelt.add(known);
		const all = search.getAll(name);
		given[known] = all.length === 1 ? (all[0] ?? "") : all;
	}
	return schema === undefined ? { ok: true, value: undefined } : judge(schema, given);
}

/** The body, by the operation's schema: strict, since a member that is misspelt may be the one that holds back. */
export async function readBody(
	{ body: schema, isBodyOptional = false }: Operation,
	request: Request,
): Promise<Read> {
	if (schema === undefined) return { ok: true, value: undefined };
	const body = await readWhole(request, limitBytes);
	// Looked at, and not what its head says: a body that nobody announced may be what holds back.
	if (isBodyOptional && body.ok && body.bytes.byteLength === 0) return judge(schema, {});
	const read = jsonIn(body);
	if (!read.ok) return { ok: false, answer: refuse(read.reason === "too-large" ? "too-large" : "not-json") };
	return judge(schema, read.value);
}

function judge(schema: z.ZodObject, given: unknown): Read {
	const read = schema.safeParse(given);
	if (read.success) return { ok: true, value: read.data };
	const [issue] = read.error.issues;
	const name = issue?.path.map(String).join(".") ?? "";
	return refused(`${name === "" ? "The body" : shown(name)}: ${issue?.message ?? "cannot be read"}`);
}

function refused(title: string): Read {
	return { ok: false, answer: refuseInput(title) };
}

/** A name as it was sent, for whoever reads the answer. */
function shown(name: string): string {
	return name.slice(0, 120).replaceAll(/[^\x20-\x7e]/g, "?");
}
