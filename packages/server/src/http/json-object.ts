import { errcodes, isRecord, type MatrixErrorBody, parseJson, parseStrictJson } from "@countersign/protocol";
import type { Body } from "./body.ts";

export type ParsedObject =
	| { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
	| { readonly ok: false; readonly status: 400 | 413; readonly refusal: MatrixErrorBody };

/**
 * A body that was read, as a JSON object. Refuses what is too long with 413 M_TOO_LARGE, any content encoding, bytes
 * that are not UTF-8, a byte order mark and what is not JSON with 400 M_NOT_JSON, and other values than objects with
 * 400 M_BAD_JSON. `strict` adds what `parseStrictJson` refuses.
 */
export function parseJsonObject(
	read: Body,
	{ strict, limitBytes }: { readonly strict: boolean; readonly limitBytes: number },
): ParsedObject {
	if (!read.ok && read.reason === "too-large")
		return refused(413, errcodes.tooLarge, `The body is longer than ${limitBytes} bytes`);
	const text = read.ok ? utf8(read.bytes) : undefined;
	if (text === undefined) return refused(400, errcodes.notJson, "Content is not plain JSON in UTF-8");
	const parsed = strict ? parseStrictJson(text) : parseJson(text);
	if (!parsed.ok) return { ok: false, status: 400, refusal: parsed.refusal };
	if (!isRecord(parsed.value)) return refused(400, errcodes.badJson, "Content must be a JSON object");
	return { ok: true, body: parsed.value };
}

/** The text of these bytes, a byte order mark included; undefined where they are none in UTF-8. */
export function utf8(bytes: Uint8Array): string | undefined {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return undefined;
	}
}

function refused(status: 400 | 413, errcode: string, error: string): ParsedObject {
	return { ok: false, status, refusal: { errcode, error } };
}
