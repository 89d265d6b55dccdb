import { errcodes, isRecord, type MatrixErrorBody, parseJson, parseStrictJson } from "@countersign/protocol";
import { type Body, json, readBody, utf8 } from "../http/index.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export type ParsedObject =
	| { readonly ok: true; readonly body: JsonObject }
	| { readonly ok: false; readonly status: 400 | 413; readonly refusal: MatrixErrorBody };

interface Reading {
	/** Adds what `parseStrictJson` refuses: for what is signed, hashed or approved. */
	readonly strict: boolean;
	readonly limitBytes: number;
}

/**
 * A body that was read, as a JSON object. Refuses what is too long with 413 M_TOO_LARGE, any content encoding, bytes
 * that are not UTF-8, a byte order mark and what is not JSON with 400 M_NOT_JSON, and other values than objects with
 * 400 M_BAD_JSON.
 */
export function parseJsonObject(read: Body, { strict, limitBytes }: Reading): ParsedObject {
	if (!read.ok && read.reason === "too-large")
		return refused(413, errcodes.tooLarge, `The body is longer than ${limitBytes} bytes`);
	const text = read.ok ? utf8(read.bytes) : undefined;
	if (text === undefined) return refused(400, errcodes.notJson, "Content is not plain JSON in UTF-8");
	const parsed = strict ? parseStrictJson(text) : parseJson(text);
	if (!parsed.ok) return { ok: false, status: 400, refusal: parsed.refusal };
	if (!isRecord(parsed.value)) return refused(400, errcodes.badJson, "Content must be a JSON object");
	return { ok: true, body: parsed.value };
}

export type ReadObject =
	| { readonly ok: true; readonly body: JsonObject }
	| { readonly ok: false; readonly answer: Response };

/** The body as a JSON object, or the answer that refuses it. Its declared type is not looked at: many apps give none. */
export async function readJsonObject(request: Request, reading: Reading): Promise<ReadObject> {
	const parsed = parseJsonObject(await readBody(request, reading.limitBytes), reading);
	return parsed.ok ? parsed : { ok: false, answer: json(parsed.status, parsed.refusal) };
}

function refused(status: 400 | 413, errcode: string, error: string): ParsedObject {
	return { ok: false, status, refusal: { errcode, error } };
}
