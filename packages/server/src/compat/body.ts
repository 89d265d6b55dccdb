import { errcodes } from "@countersign/protocol";
import { json, matrixError, parseJsonObject, readBody } from "../http/index.ts";

type ObjectBody =
	| { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
	| { readonly ok: false; readonly answer: Response };

const limit = { strict: false, limitBytes: 64 * 1024 } as const;

/** The body as a JSON object, or the answer that refuses it. Its declared type is not looked at: many apps give none. */
export async function readObject(request: Request): Promise<ObjectBody> {
	const parsed = parseJsonObject(await readBody(request, limit.limitBytes), limit);
	return parsed.ok ? parsed : { ok: false, answer: json(parsed.status, parsed.refusal) };
}

export function badJson(error: string): Response {
	return matrixError(400, errcodes.badJson, error);
}
