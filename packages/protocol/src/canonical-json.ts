import { errcodes } from "./matrix-error.ts";
import type { Parsed } from "./parse.ts";
import { accept, maxJsonDepth, refuse } from "./parse.ts";
import { isRecord } from "./record.ts";

/** The value has no canonical form; the message names the reason. */
export class CanonicalJsonError extends Error {
	override readonly name = "CanonicalJsonError";
}

/**
 * The one text to sign and to compare: no whitespace, members sorted by code point, integers only.
 * Written by hand because the language orders integer-like names first and compares by UTF-16 unit.
 * @throws CanonicalJsonError for non-integers, integers beyond 2^53-1, `-0`, lone surrogates, undefined, functions,
 * class instances and nesting deeper than 64 (which includes cycles)
 * @see https://spec.matrix.org/v1.17/appendices/#canonical-json
 */
export function canonicalJson(value: unknown): string {
	return write(value, 0);
}

/** {@link canonicalJson} for input: what has no canonical form is refused with M_BAD_JSON. */
export function parseCanonical(value: unknown): Parsed<string> {
	try {
		return accept(canonicalJson(value));
	} catch (error) {
		if (error instanceof CanonicalJsonError) return refuse(errcodes.badJson, error.message);
		throw error;
	}
}

function write(value: unknown, depth: number): string {
	if (value === null || typeof value === "boolean") return String(value);
	if (typeof value === "number") return writeInteger(value);
	if (typeof value === "string") return writeString(value);
	if (depth >= maxJsonDepth) throw new CanonicalJsonError(`Nested deeper than ${maxJsonDepth} levels`);
	if (Array.isArray(value)) return `[${Array.from(value, (item) => write(item, depth + 1)).join(",")}]`;
	if (!isRecord(value)) throw new CanonicalJsonError(`Not a JSON value: ${typeof value}`);
	const members = Object.keys(value)
		.sort(compareCodePoints)
		.map((name) => `${writeString(name)}:${write(value[name], depth + 1)}`);
	return `{${members.join(",")}}`;
}

function writeInteger(value: number): string {
	if (!Number.isSafeInteger(value)) throw new CanonicalJsonError("Numbers must be integers within 2^53-1");
	if (Object.is(value, -0)) throw new CanonicalJsonError("Negative zero is not allowed");
	return String(value);
}

/** For well-formed strings JSON.stringify escapes exactly what canonical JSON escapes. */
function writeString(value: string): string {
	if (!value.isWellFormed()) throw new CanonicalJsonError("Strings must not contain lone surrogates");
	return JSON.stringify(value);
}

/** Both strings well-formed or about to be refused: at the first difference a surrogate stands for a code point above U+FFFF. */
function compareCodePoints(a: string, b: string): number {
	const length = Math.min(a.length, b.length);
	for (let at = 0; at < length; at++) {
		const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
		if (left === right) continue;
		const [leftHigh, rightHigh] = [isSurrogate(left), isSurrogate(right)];
		if (leftHigh !== rightHigh) return leftHigh ? 1 : -1;
		return left - right;
	}
	return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
	return unit >= 0xd800 && unit <= 0xdfff;
}
