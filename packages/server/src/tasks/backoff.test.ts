import assert from "node:assert/strict";
import { test } from "node:test";
import { longestSilenceMs, silenceMs, waitMs } from "./backoff.ts";

const drawing = (byte: number) => ({ bytes: (count: number) => new Uint8Array(count).fill(byte) });
const [least, most] = [drawing(0), drawing(255)];
const answers = { isSilent: () => false };
const silent = { isSilent: () => true };

test("a task waits twice as long after every try: from a second to five minutes", () => {
	const waits = [0, 1, 2, 8, 9, 25, 2000].map((attempts) => waitMs(attempts, most, answers));
	assert.deepEqual(waits, [1_000, 2_000, 4_000, 256_000, 300_000, 300_000, 300_000]);
});

test("while nobody answers it waits half a minute at most, for somebody has to notice the return", () => {
	assert.equal(longestSilenceMs, 30_000);
	assert.deepEqual(
		[0, 4, 5, 99].map((attempts) => waitMs(attempts, most, silent)),
		[1_000, 16_000, 30_000, 30_000],
	);
	assert.deepEqual(
		[1, 2, 6].map((silences) => silenceMs(silences, most)),
		[1_000, 2_000, 30_000],
	);
});

test("each server waits between half of it and all", () => {
	assert.deepEqual([waitMs(0, least, answers), silenceMs(2, least)], [500, 1_000]);
	assert.equal(waitMs(3, drawing(51), answers), 4_800);
});
