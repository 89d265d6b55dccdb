import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { createUserCode, formatUserCode, parseUserCode, userCodeHash } from "./user-code.ts";

const random = { bytes: (count: number) => new Uint8Array(randomBytes(count)), token: () => "" };

describe("a user code", () => {
	test("is eight letters that cannot be misread, each as likely as the others", () => {
		const codes = Array.from({ length: 5_000 }, () => createUserCode(random));
		for (const code of codes) assert.match(code, /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
		assert.equal(new Set(codes).size, codes.length);
		const counts = new Map<string, number>();
		for (const letter of codes.join("")) counts.set(letter, (counts.get(letter) ?? 0) + 1);
		assert.equal(counts.size, 20);
		for (const [letter, count] of counts) assert.ok(Math.abs(count - 2_000) < 300, `${letter}: ${count}`);
	});

	test("is made of fair bytes alone, however many unfair ones come first", () => {
		for (const [first, code] of [
			[255, "CCCCCCCC"],
			[240, "CCCCCCCC"],
			[239, "ZZZZZZZZ"],
		] as const) {
			let calls = 0;
			const bytes = (count: number) => new Uint8Array(count).fill(calls++ === 0 ? first : 1);
			assert.equal(createUserCode({ ...random, bytes }), code);
		}
	});

	test("is known in every way people write it", () => {
		for (const typed of [
			"BCDF-GHJK",
			"bcdfghjk",
			" bcdf ghjk ",
			"BCDF–GHJK",
			"b.c.d.f_g/h j k",
			"ＢＣＤＦＧＨＪＫ",
		])
			assert.equal(parseUserCode(typed), "BCDFGHJK", typed);
	});

	test("is nothing shorter, longer, or with other letters", () => {
		const long = `BCDFGHJK${" ".repeat(64)}`;
		for (const typed of ["", "BCDF-GHJ", "BCDF-GHJKL", "BCDF-GHJA", "BCDF-GHJ1", "ВCDF-GHJK", long])
			assert.equal(parseUserCode(typed), undefined, typed);
	});

	test("is shown in two halves and stored as a hash that differs for every code", () => {
		const [one, other] = [parseUserCode("BCDFGHJK"), parseUserCode("BCDFGHJL")];
		assert.ok(one !== undefined && other !== undefined);
		assert.equal(formatUserCode(one), "BCDF-GHJK");
		assert.notEqual(userCodeHash(one), userCodeHash(other));
		assert.doesNotMatch(userCodeHash(one), /BCDF/);
	});
});
