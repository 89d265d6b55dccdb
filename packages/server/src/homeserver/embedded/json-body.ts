import { errcodes, isRecord, parseJson, parseStrictJson } from "@countersign/protocol";
import { matrixError, readBody } from "../../http/index.ts";
import type { JsonObject } from "./ports.ts";

export type ReadBody =
	| { readonly ok: true; readonly body: JsonObject }
	| { readonly ok: false; readonly answer: Response };

const defaultLimitBytes = 64 * 1024;

/**
 * Reads the body as a JSON object, whatever its declared type. Refuses what is too long with 413 M_TOO_LARGE, any
 * content encoding, bytes that are not UTF-8, a byte order mark and what is not JSON with 400 M_NOT_JSON, and other
 * values than objects with 400 M_BAD_JSON. `strict` adds what `parseStrictJson` refuses.
 */
export async function readJsonObject(
	request: Request,
	{ strict, limitBytes = defaultLimitBytes }: { readonly strict: boolean; readonly limitBytes?: number },
): Promise<ReadBody> {
	const read = await readBody(request, limitBytes);
	if (!read.ok && read.reason === "too-large")
		return refused(413, errcodes.tooLarge, `The body is longer than ${limitBytes} bytes`);
	const text = read.ok ? utf8(read.bytes) : undefined;
	if (text === undefined) return refused(400, errcodes.notJson, "Content is not plain JSON in UTF-8");
	const parsed = strict ? parseStrictJson(text) : parseJson(text);
	if (!parsed.ok) return refused(400, parsed.refusal.errcode, parsed.refusal.error);
	if (!isRecord(parsed.value)) return refused(400, errcodes.badJson, "Content must be a JSON object");
	return { ok: true, body: parsed.value };
}

function utf8(bytes: Uint8Array): string | undefined {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return undefined;
	}
}

function refused(status: number, errcode: string, error: string): ReadBody {
	return { ok: false, answer: matrixError(status, errcode, error) };
}
