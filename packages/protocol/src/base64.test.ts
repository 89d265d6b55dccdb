import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { keys } from "../test/vectors.ts";
import { decodeBase64, encodeBase64, isCanonicalKey } from "./index.ts";

const key = keys.MSK2.publicKey;

describe("base64 has one spelling for one byte string", () => {
	const refused: readonly (readonly [string, string])[] = [
		["url-safe letters", key.replace("/", "_").replace("+", "-")],
		["whitespace", `${key}\n`],
		["a single letter", "A"],
		["non-zero trailing bits", "AB"],
		["non-zero trailing bits before padding", "AAF="],
		["too little padding", "AA="],
		["too much padding", "AAA=="],
		["padding alone", "===="],
		["three pads", "A==="],
		["padding in the middle", "AA==AAAA"],
		["letters beyond ASCII", "ＡＡＡＡ"],
	];
	for (const [what, text] of refused)
		test(`${what}: refused`, () => assert.equal(decodeBase64(text), undefined));

	test("padding is tolerated unless forbidden", () => {
		assert.equal(decodeBase64(`${key}=`)?.length, 32);
		assert.equal(decodeBase64(`${key}=`, { padding: "forbidden" }), undefined);
		assert.equal(decodeBase64(key, { padding: "forbidden" })?.length, 32);
	});

	test("no text is no bytes", () => assert.deepEqual(decodeBase64(""), new Uint8Array()));

	test("bytes come back, and the text is the runtime's without padding", () => {
		fc.assert(
			fc.property(fc.uint8Array(), (bytes) => {
				const text = encodeBase64(bytes);
				assert.equal(text, Buffer.from(bytes).toString("base64").replace(/=+$/, ""));
				assert.deepEqual(decodeBase64(text), bytes);
			}),
		);
	});

	test("whatever is accepted unpadded encodes to the same text", () => {
		const letters = fc.string({ unit: fc.constantFrom(..."AQgw/+Bc019=-_ ") });
		fc.assert(
			fc.property(letters, (text) => {
				const bytes = decodeBase64(text, { padding: "forbidden" });
				if (bytes) assert.equal(encodeBase64(bytes), text);
			}),
		);
	});
});

describe("a canonical key", () => {
	test("is 32 bytes in 43 characters", () => assert.ok(isCanonicalKey(key)));

	const other = [
		`${key}=`,
		key.slice(0, -1),
		`${key}A`,
		key.replace("/", "_"),
		`${key.slice(0, -1)}p`,
		encodeBase64(new Uint8Array(31)),
		encodeBase64(new Uint8Array(33)),
		"",
	];
	for (const text of other) test(`is not "${text}"`, () => assert.equal(isCanonicalKey(text), false));
});
