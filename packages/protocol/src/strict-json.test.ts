import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { canonicalJson, maxJsonDepth, parseJson, parseStrictJson } from "./index.ts";

function refusalOf(text: string): string {
	const parsed = parseStrictJson(text);
	return parsed.ok ? `accepted ${text}` : parsed.refusal.errcode;
}

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

describe("strict JSON refuses what two readers could read differently", () => {
	const cases: readonly (readonly [string, string, string])[] = [
		["a duplicate name", '{"a":1,"a":1}', "M_BAD_JSON"],
		["a duplicate name in other letters", '{"a":1,"\\u0061":2}', "M_BAD_JSON"],
		["a duplicate name deep inside", '[{"x":{"k":[],"y":{},"k":[]}}]', "M_BAD_JSON"],
		["a duplicate __proto__", '{"__proto__":1,"__proto__":2}', "M_BAD_JSON"],
		["a duplicate empty name", '{"":1, "":2}', "M_BAD_JSON"],
		["a lone high surrogate", '"\\ud800"', "M_BAD_JSON"],
		["a lone low surrogate in a name", '{"\\udc00":1}', "M_BAD_JSON"],
		["surrogates the wrong way round", '"\\udc00\\ud800"', "M_BAD_JSON"],
		["a raw lone surrogate", '"\ud800"', "M_BAD_JSON"],
		["negative zero", "-0", "M_BAD_JSON"],
		["a fraction", "[1.5]", "M_BAD_JSON"],
		["a fraction that is an integer", "1.0", "M_BAD_JSON"],
		["negative zero as a fraction", "-0.0", "M_BAD_JSON"],
		["an exponent", "1e3", "M_BAD_JSON"],
		["an upper-case exponent", "1E3", "M_BAD_JSON"],
		["2^53", "9007199254740992", "M_BAD_JSON"],
		["-2^53", "-9007199254740992", "M_BAD_JSON"],
		["an integer beyond any double", "9".repeat(400), "M_BAD_JSON"],
		["one level too deep", nested(maxJsonDepth + 1), "M_BAD_JSON"],
		["a million levels", nested(1_000_000), "M_BAD_JSON"],
		["a byte order mark", "\ufeff{}", "M_NOT_JSON"],
		["nothing", "", "M_NOT_JSON"],
		["a trailing comma", "[1,]", "M_NOT_JSON"],
		["two values", "{}{}", "M_NOT_JSON"],
		["NaN", "NaN", "M_NOT_JSON"],
		["a leading zero", "01", "M_NOT_JSON"],
		["a raw control character", '"\n"', "M_NOT_JSON"],
		["a no-break space between tokens", "{\u00a0}", "M_NOT_JSON"],
	];
	for (const [what, text, errcode] of cases) test(what, () => assert.equal(refusalOf(text), errcode));
});

describe("strict JSON accepts", () => {
	const cases: readonly (readonly [string, string, unknown])[] = [
		["the largest integers", "[9007199254740991,-9007199254740991,0]", [2 ** 53 - 1, 1 - 2 ** 53, 0]],
		["one name in sibling objects", '[{"a":1},{"a":1}]', [{ a: 1 }, { a: 1 }]],
		["one name at two depths", '{"a":{"a":1}}', { a: { a: 1 } }],
		["a value that repeats a name", '{"a":"a","b":["a","a"]}', { a: "a", b: ["a", "a"] }],
		["an escaped surrogate pair", '"\\ud83d\\ude00"', "😀"],
		["digits, signs and braces inside strings", '{"k":"-0 1.5 {\\"k\\":1e3}"}', { k: '-0 1.5 {"k":1e3}' }],
		["backslashes before a closing quote", '["\\\\","\\\\\\""]', ["\\", '\\"']],
		["whitespace everywhere", ' {\t"a" :\r\n[ 1 , true ] } ', { a: [1, true] }],
	];
	for (const [what, text, value] of cases)
		test(what, () => assert.deepEqual(parseStrictJson(text), { ok: true, value }));

	test("nesting up to the limit", () => assert.ok(parseStrictJson(nested(maxJsonDepth)).ok));

	test("__proto__ as an own member that changes no prototype", () => {
		const parsed = parseStrictJson('{"__proto__":{"admin":true}}');
		assert.ok(parsed.ok);
		assert.deepEqual(Object.keys(Object(parsed.value)), ["__proto__"]);
		assert.equal(Object.getPrototypeOf(parsed.value), Object.prototype);
	});

	test("a very long string of escapes", () => assert.ok(parseStrictJson(`"${"\\n".repeat(2_000_000)}"`).ok));
});

test("no text crashes the strict reader, and what it accepts the plain reader reads alike", () => {
	const text = fc.oneof(fc.string({ unit: "binary" }), fc.json(), fc.json().map(mangle));
	fc.assert(
		fc.property(text, (input) => {
			const strict = parseStrictJson(input);
			if (strict.ok) assert.deepEqual(strict, parseJson(input));
		}),
	);
});

test("what the strict reader accepts always has a canonical form", () => {
	fc.assert(
		fc.property(fc.json(), (input) => {
			const strict = parseStrictJson(input);
			if (strict.ok) assert.deepEqual(parseStrictJson(canonicalJson(strict.value)), strict);
		}),
	);
});

function mangle(text: string): string {
	const at = text.length >> 1;
	return text.slice(0, at) + text.slice(at + 1);
}
