import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bytesOfUlid, isUlid, ulidOfBytes } from "./ulid.ts";

/** Pairs as Python's ulid writes them. */
const known = [
	["01900000000070008000000000000051", "01J0000000E00800000000002H"],
	["00".repeat(16), "0".repeat(26)],
	["ff".repeat(16), `7${"Z".repeat(25)}`],
] as const;

describe("a ULID", () => {
	for (const [hex, ulid] of known)
		test(`${ulid} is sixteen bytes, and they are it`, () => {
			const bytes = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
			assert.equal(ulidOfBytes(bytes), ulid);
			assert.deepEqual(bytesOfUlid(ulid), bytes);
			assert.ok(isUlid(ulid));
		});

	test("has no letters that are taken for others, and no more than 128 bits", () => {
		const good = "01J0000000E008000000000051";
		assert.ok(isUlid(good));
		for (const letter of ["I", "L", "O", "U", "a", "-"]) assert.ok(!isUlid(`${good.slice(0, -1)}${letter}`));
		for (const text of ["", good.slice(1), `${good}0`, `8${good.slice(1)}`]) assert.ok(!isUlid(text));
	});
});
