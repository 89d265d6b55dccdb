import { hash } from "node:crypto";
import { isUlid, ulidOfBytes } from "@countersign/core";
import { tokenHash } from "../../sessions/index.ts";

/**
 * The id that a row has at MAS: the one that it has here where that can be, else one that follows from it, so that an
 * attempt that is made again writes the same.
 */
export function idAtMas(id: string): string {
	return isUlid(id) ? id : ulidOfBytes(hash("sha256", `countersign at mas\n${id}`, "buffer").subarray(0, 16));
}

/** That of the row of a refresh token which was made here. */
export function refreshIdAtMas(token: string): string {
	return idAtMas(`refresh token ${tokenHash(token)}`);
}
