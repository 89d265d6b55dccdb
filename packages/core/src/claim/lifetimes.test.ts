import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isAhead, isFresh, lifetimes, limits, pendingUntil } from "./lifetimes.ts";

const minute = 60_000;

// The person is told them, and the threat model rests on them: a change of one is a change of the promise.
test("how long everything lasts, and how often it may happen", () => {
	assert.deepEqual(lifetimes, {
		pendingAfterUploadMs: 900_000,
		pendingAtMostMs: 3_600_000,
		approvedMs: 600_000,
		elevatedMs: 300_000,
		proofMs: 300_000,
		denialMs: 900_000,
		spendLeaseMs: 60_000,
		spendMarginMs: 25_000,
		finishMs: 60_000,
		clockSkewMs: 5_000,
	});
	assert.deepEqual(limits, {
		livePerSession: 5,
		newPerWindow: 20,
		windowMs: 3_600_000,
		homeserverRefusals: 5,
		touchEveryMs: 10_000,
	});
});

test("a request waits 15 minutes after its app last asked, and an hour at most", () => {
	assert.equal(pendingUntil(0, 0), 15 * minute);
	assert.equal(pendingUntil(0, 44 * minute), 59 * minute);
	assert.equal(pendingUntil(0, 46 * minute), 60 * minute);
});

describe("something that happened", () => {
	const now = 10_000_000;
	for (const [what, at, fresh] of [
		["just now", now, true],
		["exactly so long ago", now - minute, true],
		["longer ago", now - minute - 1, false],
		["by another server's clock, a little ahead", now + 5_000, true],
		["in the future: the clock was put back", now + 5_001, false],
	] as const) {
		test(`${what} ${fresh ? "proves" : "does not prove"} something`, () => {
			assert.equal(isFresh(at, minute, now), fresh);
		});
	}

	test("is ahead when it lies more than five seconds in the future", () => {
		assert.deepEqual(
			[isAhead(now, now), isAhead(now + 5_000, now), isAhead(now + 5_001, now)],
			[false, false, true],
		);
	});
});
