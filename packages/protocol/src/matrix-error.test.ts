import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { accept, errcodes, isRecord, member, parseJson, parseMatrixError, refuse } from "./index.ts";

describe("a Matrix error (client-server API, Standard error response)", () => {
	test("is read with its extra members", () => {
		const body = { errcode: "M_LIMIT_EXCEEDED", error: "Too many", retry_after_ms: 2000 };
		assert.deepEqual(parseMatrixError(body), body);
	});

	test("without a text is read by its code", () => {
		assert.deepEqual(parseMatrixError({ errcode: "M_UNKNOWN" }), { errcode: "M_UNKNOWN", error: "" });
		assert.deepEqual(parseMatrixError({ errcode: "M_UNKNOWN", error: 5 }), {
			errcode: "M_UNKNOWN",
			error: "",
		});
	});

	for (const body of [null, [], "M_UNKNOWN", {}, { errcode: "" }, { errcode: 1 }, { error: "invalid_grant" }])
		test(`${JSON.stringify(body)} is none`, () => assert.equal(parseMatrixError(body), undefined));

	test("__proto__ cannot lend a code", () => {
		assert.equal(parseMatrixError(JSON.parse('{"__proto__":{"errcode":"M_UNKNOWN"}}')), undefined);
	});

	test("no input crashes the reader", () => {
		fc.assert(
			fc.property(fc.anything(), (input) => {
				const parsed = parseMatrixError(input);
				assert.ok(parsed === undefined || parsed.errcode.length > 0);
			}),
		);
	});

	test("every code has its own name on the wire", () => {
		const codes = Object.values(errcodes);
		assert.equal(new Set(codes).size, codes.length);
		for (const code of codes) assert.match(code, /^M_[A-Z_]+$/);
	});
});

describe("parsed values", () => {
	test("are a value or a refusal", () => {
		assert.deepEqual(accept(1), { ok: true, value: 1 });
		assert.deepEqual(refuse("M_X", "why"), { ok: false, refusal: { errcode: "M_X", error: "why" } });
	});

	test("plain JSON is read, anything else is M_NOT_JSON", () => {
		assert.deepEqual(parseJson('{"a":1.5,"a":2}'), { ok: true, value: { a: 2 } });
		for (const text of ["", "{", "\ufeff1", "undefined"]) {
			const parsed = parseJson(text);
			assert.equal(parsed.ok ? "accepted" : parsed.refusal.errcode, "M_NOT_JSON");
		}
	});

	test("records are plain objects only", () => {
		for (const value of [{}, Object.create(null), JSON.parse('{"__proto__":[]}')]) assert.ok(isRecord(value));
		for (const value of [null, [], new Date(0), new Map(), () => 1, "x", Object.create({ a: 1 })])
			assert.equal(isRecord(value), false);
	});

	test("only sent members are found", () => {
		assert.equal(member({}, "toString"), undefined);
		assert.equal(member({}, "__proto__"), undefined);
		assert.equal(member(JSON.parse('{"__proto__":1}'), "__proto__"), 1);
	});
});
