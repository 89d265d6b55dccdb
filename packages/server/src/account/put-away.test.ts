import assert from "node:assert/strict";
import { test } from "node:test";
import { putAwayToo, readPutAway } from "./put-away.ts";

const idOf = (nth: number) => `${String(nth).padStart(8, "0")}${"x".repeat(24)}`;

test("what is put away is read again, once each, and nothing of a cookie that is none", () => {
	const first = putAwayToo([], [idOf(1), idOf(2)]);
	assert.deepEqual(readPutAway(first), ["00000001", "00000002"]);
	assert.equal(putAwayToo(readPutAway(first), [idOf(2)]), first);
	assert.deepEqual(readPutAway(undefined), []);
	assert.deepEqual(readPutAway("short"), []);
});

test("a cookie holds 32 of them, the latest, in what a cookie may hold", () => {
	const many = putAwayToo(
		[],
		Array.from({ length: 40 }, (_, nth) => idOf(nth)),
	);
	assert.equal(many.length, 256);
	assert.deepEqual([readPutAway(many).length, readPutAway(many)[0]], [32, "00000008"]);
});
