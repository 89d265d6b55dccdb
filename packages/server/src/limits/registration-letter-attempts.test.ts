import assert from "node:assert/strict";
import { test } from "node:test";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { readAddress } from "../identifiers/index.ts";
import { createRegistrationLetterAttempts } from "./registration-letter-attempts.ts";

test("five letters an hour go to one address in capitals or not, and what stands behind a plus is another one", async () => {
	const attempts = createRegistrationLetterAttempts((limit) => new RateLimiterMemory(limit));
	const take = async (typed: string, nth: number) => {
		const to = readAddress(typed)?.key ?? assert.fail(typed);
		return (await attempts.take({ address: `198.51.100.${nth}`, to })).ok;
	};
	const spellings = [
		"carol@example.org",
		"Carol@Example.org",
		" CAROL@EXAMPLE.ORG ",
		"carol@example.org",
		"cAROL@example.org",
	];
	for (const [nth, typed] of spellings.entries()) assert.equal(await take(typed, nth), true, typed);
	assert.equal(await take("carol@EXAMPLE.org", 5), false);
	assert.equal(await take("carol+1@example.org", 6), true);
});
