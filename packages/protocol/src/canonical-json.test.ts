import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { CanonicalJsonError, canonicalJson, maxJsonDepth, parseCanonical, parseStrictJson } from "./index.ts";

const hex = (text: string) => Buffer.from(text, "utf8").toString("hex");

describe("canonical JSON (appendices, Canonical JSON)", () => {
	test("members are sorted by code point, not by UTF-16 unit", () => {
		const value = { z: [true, null, -5], "\u{10000}": 2, "\uff5e": 1, a: '\u0007\u2028"\\/' };
		const expected =
			"7b2261223a225c7530303037e280a85c225c5c2f222c227a223a5b747275652c6e756c6c2c2d355d2c22efbd9e223a312c22f0908080223a327d";
		assert.equal(hex(canonicalJson(value)), expected);
	});

	const forms: readonly (readonly [string, unknown, string])[] = [
		["integer-like names are sorted as text", { "10": 1, "9": 2, a: 3 }, '{"10":1,"9":2,"a":3}'],
		["a prefix comes before its continuation", { ab: 1, a: 2, "": 3 }, '{"":3,"a":2,"ab":1}'],
		["two names above U+FFFF", { "\u{1f601}": 1, "\u{1f600}": 2 }, '{"\u{1f600}":2,"\u{1f601}":1}'],
		["control characters", "\b\t\n\f\r\u0000\u001f\u007f", '"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f"'],
		["an object without prototype", Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
		["the largest integers", [2 ** 53 - 1, -(2 ** 53 - 1)], "[9007199254740991,-9007199254740991]"],
		["empty things", [{}, [], ""], '[{},[],""]'],
	];
	for (const [what, value, text] of forms) test(what, () => assert.equal(canonicalJson(value), text));

	test("a sent __proto__ is a member like any other", () => {
		const text = '{"__proto__":{"a":1},"b":2}';
		assert.equal(canonicalJson(JSON.parse(text)), text);
	});

	const cyclic: Record<string, unknown> = {};
	cyclic.self = cyclic;
	const holes: unknown[] = [1];
	holes[2] = 1;
	const refused: readonly (readonly [string, unknown])[] = [
		["a fraction", 1.5],
		["negative zero", -0],
		["an integer beyond 2^53-1", 2 ** 53],
		["infinity", Number.POSITIVE_INFINITY],
		["not a number", Number.NaN],
		["a lone surrogate", "\ud800"],
		["a lone surrogate in a name", { "\udc00": 1 }],
		["undefined", undefined],
		["an undefined member", { a: undefined }],
		["a hole in an array", holes],
		["a function", () => 1],
		["a symbol", Symbol("s")],
		["a bigint", 1n],
		["a date", new Date(0)],
		["a map", new Map()],
		["something with toJSON", { a: new URL("https://example.org") }],
		["a cycle", cyclic],
	];
	for (const [what, value] of refused)
		test(`${what} has no canonical form`, () => {
			assert.throws(() => canonicalJson(value), CanonicalJsonError);
			const parsed = parseCanonical(value);
			assert.equal(parsed.ok ? parsed.value : parsed.refusal.errcode, "M_BAD_JSON");
		});

	test("nesting ends where the strict reader's does", () => {
		const nest = (depth: number): unknown => JSON.parse("[".repeat(depth) + "]".repeat(depth));
		assert.equal(canonicalJson(nest(maxJsonDepth)).length, 2 * maxJsonDepth);
		assert.throws(() => canonicalJson(nest(maxJsonDepth + 1)), CanonicalJsonError);
	});
});

const name = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("__proto__", "constructor", "10", "9"));
const { value: json } = fc.letrec<{ value: unknown }>((tie) => ({
	value: fc.oneof(
		{ maxDepth: 5 },
		fc.oneof(fc.string({ unit: "binary" }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)),
		fc.array(tie("value"), { maxLength: 4 }),
		fc.array(fc.tuple(name, tie("value")), { maxLength: 4 }).map(Object.fromEntries),
	),
}));

test("what canonicalJson prints, parseStrictJson reads back equal", () => {
	fc.assert(
		fc.property(json, (value) => {
			assert.deepEqual(parseStrictJson(canonicalJson(value)), { ok: true, value });
		}),
	);
});

test("the order in which members were set does not show", () => {
	fc.assert(
		fc.property(fc.uniqueArray(name, { maxLength: 8 }), (names) => {
			const object = (order: string[]) => canonicalJson(Object.fromEntries(order.map((key) => [key, key])));
			assert.equal(object(names), object(names.toReversed()));
		}),
	);
});

test("the printed order is the order of the UTF-8 bytes", () => {
	fc.assert(
		fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 8 }), (names) => {
			const bytes = names.map((key) => Buffer.from(key, "utf8")).sort(Buffer.compare);
			const expected = bytes.map((key) => `${JSON.stringify(key.toString("utf8"))}:0`).join(",");
			assert.equal(canonicalJson(Object.fromEntries(names.map((key) => [key, 0]))), `{${expected}}`);
		}),
	);
});
