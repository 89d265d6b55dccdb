import assert from "node:assert/strict";
import { test } from "node:test";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { bareToken, tokenHash } from "../registration-tokens/index.ts";
import { createTokenAttempts } from "./token-attempts.ts";

test("three hundred words an hour are tried as tokens, whoever tries them, and ours are good all the while", async () => {
	const attempts = createTokenAttempts((limit) => new RateLimiterMemory(limit), bareToken);
	for (let nth = 0; nth < 300; nth++) assert.equal((await attempts.take(`word ${nth}`)).ok, true, `${nth}`);
	assert.equal((await attempts.take("club")).ok, false);
	for (let nth = 0; nth < 301; nth++) assert.equal((await attempts.take("x".repeat(24))).ok, true, `${nth}`);
});

test("one that is good is not counted", async () => {
	const attempts = createTokenAttempts((limit) => new RateLimiterMemory(limit), bareToken);
	for (let nth = 0; nth < 301; nth++) {
		assert.equal((await attempts.take("club")).ok, true, `${nth}`);
		await attempts.giveBack("club");
	}
});

test("a word that is made as long as one of ours by what nobody sees is counted as the word that it is", async () => {
	const attempts = createTokenAttempts((limit) => new RateLimiterMemory(limit), bareToken);
	for (const padded of [`sesam${"\u200b".repeat(20)}`, ` ${"\u2060".repeat(30)} sesam `]) {
		assert.equal(tokenHash(padded), tokenHash("sesam"));
		for (let nth = 0; nth < 300; nth++) await attempts.take(padded);
		assert.equal((await attempts.take(padded)).ok, false);
	}
	for (let nth = 0; nth < 301; nth++) assert.equal((await attempts.take("x".repeat(24))).ok, true, `${nth}`);
});
