import { errcodes } from "./matrix-error.ts";
import type { Parsed } from "./parse.ts";
import { maxJsonDepth, parseJson, refuse } from "./parse.ts";

/**
 * JSON for what is signed, hashed or approved: two readers of one text must not be able to see two things.
 * Refuses with M_NOT_JSON what is not JSON (a byte order mark included), and with M_BAD_JSON duplicate names in one
 * object, lone surrogates, `-0`, numbers that are not plain integers within 2^53-1, and nesting deeper than 64.
 * A sent `__proto__` is an own member of the result.
 * @see https://spec.matrix.org/v1.17/appendices/#canonical-json
 */
export function parseStrictJson(text: string): Parsed<unknown> {
	const parsed = parseJson(text);
	if (!parsed.ok) return parsed;
	const fault = findFault(text);
	return fault === undefined ? parsed : refuse(errcodes.badJson, fault);
}

/** The names seen in an open object; an open array has none. */
type Level = Set<string> | undefined;

/** Looks at the text and not at the value, which no longer shows a duplicate or how a number was written. */
function findFault(text: string): string | undefined {
	const open: Level[] = [];
	let before = "";
	for (const token of tokensOf(text)) {
		const fault = faultOf(token, before, open.at(-1));
		if (fault !== undefined) return fault;
		if (token === "{") open.push(new Set());
		if (token === "[") open.push(undefined);
		if (token === "}" || token === "]") open.pop();
		if (open.length > maxJsonDepth) return `Nested deeper than ${maxJsonDepth} levels`;
		before = token;
	}
	return undefined;
}

function faultOf(token: string, before: string, level: Level): string | undefined {
	if (/^[-0-9]/.test(token)) return faultOfNumber(token);
	if (!token.startsWith('"')) return undefined;
	const decoded: unknown = JSON.parse(token);
	if (typeof decoded !== "string" || !decoded.isWellFormed())
		return "Strings must not contain lone surrogates";
	if (level === undefined || (before !== "{" && before !== ",")) return undefined;
	if (level.has(decoded)) return `Duplicate member ${token}`;
	level.add(decoded);
	return undefined;
}

function faultOfNumber(token: string): string | undefined {
	if (token === "-0") return "Negative zero is not allowed";
	if (/^-?[0-9]+$/.test(token) && Number.isSafeInteger(Number(token))) return undefined;
	return "Numbers must be plain integers within 2^53-1";
}

/** The tokens of a text that is known to be JSON, without whitespace. */
function* tokensOf(text: string): Generator<string, void> {
	for (let at = 0; at < text.length; ) {
		const end = endOfToken(text, at);
		const token = text.slice(at, end);
		if (!/^[ \t\n\r]$/.test(token)) yield token;
		at = end;
	}
}

const delimiter = /[ \t\n\r{}[\]:,"]/;

function endOfToken(text: string, start: number): number {
	if (text.charAt(start) === '"') return endOfString(text, start);
	let at = start + 1;
	if (delimiter.test(text.charAt(start))) return at;
	while (at < text.length && !delimiter.test(text.charAt(at))) at++;
	return at;
}

/** By hand: a pattern with an alternative inside a repetition exhausts the stack on a long string of escapes. */
function endOfString(text: string, start: number): number {
	let at = start + 1;
	while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === "\\" ? 2 : 1;
	return at + 1;
}
