import { isRecord, member } from "@countersign/protocol";
import type { JsonObject } from "./ports.ts";

/** The text under `signatures[userId][keyId]`, if there is one. */
export function signatureIn(object: JsonObject, userId: string, keyId: string): string | undefined {
	const signature = member(signaturesOf(object, userId), keyId);
	return typeof signature === "string" ? signature : undefined;
}

/** What stands under `signatures[userId]`; empty if that is nothing to read. */
export function signaturesOf(object: JsonObject, userId: string): JsonObject {
	const signatures = member(object, "signatures");
	const own = isRecord(signatures) ? member(signatures, userId) : undefined;
	return isRecord(own) ? own : {};
}
