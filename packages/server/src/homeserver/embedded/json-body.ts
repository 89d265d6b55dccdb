import { json, parseJsonObject, readBody } from "../../http/index.ts";
import type { JsonObject } from "./ports.ts";

export type ReadBody =
	| { readonly ok: true; readonly body: JsonObject }
	| { readonly ok: false; readonly answer: Response };

const defaultLimitBytes = 64 * 1024;

/** Reads the body as a JSON object, whatever its declared type; refuses as `parseJsonObject` does. */
export async function readJsonObject(
	request: Request,
	{ strict, limitBytes = defaultLimitBytes }: { readonly strict: boolean; readonly limitBytes?: number },
): Promise<ReadBody> {
	const parsed = parseJsonObject(await readBody(request, limitBytes), { strict, limitBytes });
	return parsed.ok ? parsed : { ok: false, answer: json(parsed.status, parsed.refusal) };
}
