import assert from "node:assert/strict";
import { test } from "node:test";
import { decideRetry } from "./retry.ts";

const lost = { now: 60_000, rotatedAt: 0, successorConsumed: false, answerArrived: false };

test("an answer that may have been lost is given again, however late", () => {
	assert.equal(decideRetry(lost), "answer-again");
	assert.equal(decideRetry({ ...lost, now: 10 ** 12 }), "answer-again");
});

test("a second tab may ask within a minute although the first one uses its answer", () => {
	assert.equal(decideRetry({ ...lost, answerArrived: true }), "answer-again");
});

test("after a minute an answer that arrived is not given again", () => {
	assert.equal(decideRetry({ ...lost, now: 60_001, answerArrived: true }), "reused");
});

test("once the successor was used the token is in other hands, even at once", () => {
	assert.equal(decideRetry({ ...lost, now: 1, successorConsumed: true }), "reused");
});
