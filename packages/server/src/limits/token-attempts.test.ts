import assert from "node:assert/strict";
import { test } from "node:test";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { createTokenAttempts } from "./token-attempts.ts";

test("three hundred words an hour are tried as tokens, whoever tries them, and ours are good all the while", async () => {
	const attempts = createTokenAttempts((limit) => new RateLimiterMemory(limit));
	for (let nth = 0; nth < 300; nth++) assert.equal((await attempts.take(`word ${nth}`)).ok, true, `${nth}`);
	assert.equal((await attempts.take("club")).ok, false);
	for (let nth = 0; nth < 301; nth++) assert.equal((await attempts.take("x".repeat(24))).ok, true, `${nth}`);
});

test("one that is good is not counted", async () => {
	const attempts = createTokenAttempts((limit) => new RateLimiterMemory(limit));
	for (let nth = 0; nth < 301; nth++) {
		assert.equal((await attempts.take("club")).ok, true, `${nth}`);
		await attempts.giveBack("club");
	}
});
