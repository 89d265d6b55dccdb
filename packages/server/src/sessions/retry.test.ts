import assert from "node:assert/strict";
import { test } from "node:test";
import { decideRetry } from "./retry.ts";

const lost = { now: 60_000, rotatedAt: 0, lateAt: null, successorConsumed: false, answerArrived: false };
const arrived = { ...lost, now: 60_001, answerArrived: true };

test("an answer that may have been lost is given again, however late", () => {
	assert.equal(decideRetry(lost), "answer-again");
	assert.equal(decideRetry({ ...lost, now: 10 ** 12 }), "answer-again");
});

test("a second tab may ask within a minute although the first one uses its answer", () => {
	assert.equal(decideRetry({ ...lost, answerArrived: true }), "answer-again");
});

test("after a minute an answer that arrived is not given again", () => {
	assert.equal(decideRetry(arrived), "late");
});

test("once the successor was used nothing is given again, even at once", () => {
	assert.equal(decideRetry({ ...lost, now: 1, successorConsumed: true }), "late");
});

test("who is late more than once, ten seconds apart, is not the one who slept", () => {
	const again = { ...arrived, lateAt: 60_001 };
	assert.equal(decideRetry({ ...again, now: 70_001 }), "late");
	assert.equal(decideRetry({ ...again, now: 70_002 }), "reused");
});

test("an answer that may have been lost is given to who was late before, too", () => {
	assert.equal(decideRetry({ ...lost, now: 10 ** 12, lateAt: 1 }), "answer-again");
});

test("times to come prove nothing: the clock was put back", () => {
	assert.equal(decideRetry({ ...arrived, now: -60_001 }), "late");
	assert.equal(decideRetry({ ...arrived, lateAt: 70_002 }), "reused");
});
