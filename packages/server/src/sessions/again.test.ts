import assert from "node:assert/strict";
import { test } from "node:test";
import { lastsAgain } from "./index.ts";

test("another token lasts as long as the one before was to", () => {
	assert.equal(lastsAgain({ endsAt: 5000 }, 2000), 3000);
	assert.deepEqual([lastsAgain({}, 2000), lastsAgain({ endsAt: null }, 2000)], [undefined, undefined]);
});

test("of one that did not come along nobody knows, and ninety days are usual", () => {
	assert.equal(lastsAgain({ endsAt: 2000 }, 2000), 90 * 86_400_000);
});
