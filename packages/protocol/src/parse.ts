import type { MatrixErrorBody } from "./matrix-error.ts";
import { errcodes } from "./matrix-error.ts";

/** A refusal in the words of the Matrix API. The caller chooses the HTTP status; 400 unless it says otherwise. */
export interface Refused {
	readonly ok: false;
	readonly refusal: MatrixErrorBody;
}

/** The outcome of every parser and check here: a narrowed value, or the error body to answer with. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | Refused;

/** Deepest nesting of objects and arrays that is read or written; deeper input is refused, not recursed into. */
export const maxJsonDepth = 64;

export function accept<T>(value: T): Parsed<T> {
	return { ok: true, value };
}

/** @param error shown to developers, and by some clients to people: never put a secret into it */
export function refuse(errcode: string, error: string): Refused {
	return { ok: false, refusal: { errcode, error } };
}

/**
 * JSON as the language reads it: duplicate names are the last one's, numbers lose precision. For input whose
 * exact text does not matter; use `parseStrictJson` for everything that is signed, hashed or approved.
 * Refuses with M_NOT_JSON.
 */
export function parseJson(text: string): Parsed<unknown> {
	try {
		const value: unknown = JSON.parse(text);
		return accept(value);
	} catch {
		return refuse(errcodes.notJson, "Content is not JSON");
	}
}
