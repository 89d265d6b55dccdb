import { errcodes, isRecord } from "@countersign/protocol";
import { type BodyRefusal, matrixError, readJson } from "../http/index.ts";

type ObjectBody =
	| { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
	| { readonly ok: false; readonly answer: Response };

const limitBytes = 64 * 1024;

/** The body as a JSON object, or the answer that refuses it. Its declared type is not looked at: many apps give none. */
export async function readObject(request: Request): Promise<ObjectBody> {
	const read = await readJson(request, limitBytes);
	if (!read.ok) return { ok: false, answer: refusals[read.reason]() };
	if (isRecord(read.value)) return { ok: true, body: read.value };
	return { ok: false, answer: badJson("The body must be a JSON object") };
}

export function badJson(error: string): Response {
	return matrixError(400, errcodes.badJson, error);
}

const refusals: Readonly<Record<BodyRefusal | "not-json", () => Response>> = {
	"too-large": () => matrixError(413, errcodes.tooLarge, "The body is too large"),
	encoded: () => matrixError(415, errcodes.unknown, "Compressed bodies are not read"),
	"broken-off": () => matrixError(400, errcodes.notJson, "The body broke off"),
	"not-json": () => matrixError(400, errcodes.notJson, "The body is not JSON"),
};
