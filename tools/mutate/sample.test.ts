import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleOf } from "./sample.ts";

const all = Array.from({ length: 1_000 }, (_, index) => index);

test("a sample is the same for the same seed, another for another, and in the order of the whole", () => {
	const sample = sampleOf(all, 100, 1);
	assert.equal(new Set(sample).size, 100);
	assert.deepEqual(sampleOf(all, 100, 1), sample);
	assert.notDeepEqual(sampleOf(all, 100, 2), sample);
	assert.deepEqual(
		sample.toSorted((a, b) => a - b),
		sample,
	);
});

test("every part of the whole is drawn from", () => {
	for (const seed of [1, 2, 3])
		for (const from of [0, 250, 500, 750]) {
			const drawn = sampleOf(all, 100, seed).filter((index) => index >= from && index < from + 250);
			assert.ok(drawn.length > 10, `seed ${seed}: ${drawn.length} of those from ${from}`);
		}
});

test("of fewer than that all are taken", () => {
	assert.deepEqual(sampleOf([3, 1, 2], 5, 1), [3, 1, 2]);
});
