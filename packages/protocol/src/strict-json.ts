import type { Parsed } from "./parse.ts";
import { parseJson } from "./parse.ts";

/**
 * JSON for what is signed, hashed or approved: two readers of the same text must not be able to see two things.
 * Refuses with M_NOT_JSON what is not JSON (a byte order mark included), and with M_BAD_JSON duplicate names in one
 * object, lone surrogates, `-0`, numbers that are not plain integers within 2^53-1, and nesting deeper than 64.
 * A sent `__proto__` is an own member of the result.
 * @see https://spec.matrix.org/v1.17/appendices/#canonical-json
 */
export function parseStrictJson(text: string): Parsed<unknown> {
	return parseJson(text);
}
