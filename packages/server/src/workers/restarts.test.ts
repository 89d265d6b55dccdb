import assert from "node:assert/strict";
import { test } from "node:test";
import { createRestarts } from "./restarts.ts";

const died = (servedMs: number) => ({ servedMs, mayPass: false });
const failed = { servedMs: undefined, mayPass: false };
const isAway = { servedMs: undefined, mayPass: true };

test("one that served is replaced, sooner than anybody notices, and later each time it ends soon", () => {
	const { ended } = createRestarts();
	const pauses = Array.from({ length: 8 }, () => ended(died(50)));
	assert.deepEqual(
		pauses.map((next) => next.again && next.afterMs),
		[100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000],
	);
	assert.deepEqual(ended(died(9_999)), { again: true, afterMs: 2_000 });
	assert.deepEqual(ended(died(10_000)), { again: true, afterMs: 100 });
	assert.deepEqual(ended(died(1)), { again: true, afterMs: 200 });
});

test("five in a row that never served are enough", () => {
	const { ended } = createRestarts();
	for (let time = 1; time < 5; time++) assert.equal(ended(failed).again, true, String(time));
	assert.deepEqual(ended(failed), { again: false });
});

test("one that served in between begins the count anew", () => {
	const { ended } = createRestarts();
	for (let time = 1; time < 5; time++) ended(failed);
	assert.equal(ended(died(1)).again, true);
	for (let time = 1; time < 5; time++) assert.equal(ended(failed).again, true, String(time));
	assert.equal(ended(failed).again, false);
});

test("what passes by itself is waited for, and counts for nothing", () => {
	const { ended } = createRestarts();
	for (let time = 1; time < 5; time++) ended(failed);
	for (let time = 0; time < 100; time++) assert.equal(ended(isAway).again, true);
	assert.deepEqual(ended(isAway), { again: true, afterMs: 2_000 });
	assert.equal(ended(failed).again, false);
});
