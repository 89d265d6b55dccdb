import { parseCanonical } from "./canonical-json.ts";
import { errcodes } from "./matrix-error.ts";
import type { Parsed } from "./parse.ts";
import { accept, refuse } from "./parse.ts";
import { isRecord, isStringRecord, member } from "./record.ts";

/**
 * An own copy of a signed object, every member kept, `__proto__` too. Refuses with M_BAD_JSON what has no canonical
 * form, nulls at any depth (one reader's "absent" is another's value) and `signatures` that are not texts by user
 * and key id.
 * @param name how the error calls the object
 */
export function parseSignedObject(value: unknown, name: string): Parsed<Record<string, unknown>> {
	if (!isRecord(value)) return refuse(errcodes.badJson, `${name} must be an object`);
	const canonical = parseCanonical(value);
	if (!canonical.ok) return refuse(errcodes.badJson, `${name}: ${canonical.refusal.error}`);
	const copy: unknown = JSON.parse(canonical.value);
	if (!isRecord(copy) || containsNull(copy)) return refuse(errcodes.badJson, `${name} must not contain null`);
	if (!hasSignatureShape(member(copy, "signatures")))
		return refuse(errcodes.badJson, `${name}.signatures must map users to key ids to signatures`);
	return accept(copy);
}

function hasSignatureShape(signatures: unknown): boolean {
	if (signatures === undefined) return true;
	return isRecord(signatures) && Object.values(signatures).every(isStringRecord);
}

/** Recursion is safe: the canonical form has bounded depth. */
function containsNull(value: unknown): boolean {
	if (value === null) return true;
	return typeof value === "object" && Object.values(value).some(containsNull);
}
