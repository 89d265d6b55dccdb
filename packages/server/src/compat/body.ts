import { errcodes } from "@countersign/protocol";
import { matrixError, type ReadObject, readJsonObject } from "../matrix-api/index.ts";

/** The body as a JSON object of at most 64 KiB, or the answer that refuses it. */
export function readObject(request: Request): Promise<ReadObject> {
	return readJsonObject(request, { strict: false, limitBytes: 64 * 1024 });
}

export function badJson(error: string): Response {
	return matrixError(400, errcodes.badJson, error);
}
