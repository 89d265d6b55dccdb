import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { english } from "../words/index.ts";
import { elsewhere, proofRefusal, unavailableOptions } from "./messages.ts";

describe("a page that asks for the password again", () => {
	const throttled = { ok: false, reason: "throttled", retryAfterMs: 61_000 } as const;
	for (const [refusal, words, options] of [
		[{ ok: false, reason: "missing" }, "Enter your password to go on.", { status: 400 }],
		[{ ok: false, reason: "wrong" }, "This password is not right.", { status: 403 }],
		[
			{ ok: false, reason: "locked" },
			"This account is locked. Ask the people who run this server.",
			{ status: 403 },
		],
		[
			throttled,
			"Too many attempts. Wait 2 minutes, then try again.",
			{ status: 429, headers: { "retry-after": "61" } },
		],
	] as const)
		test(`says so at the field: ${refusal.reason}`, () => {
			const { text, ...others } = proofRefusal(refusal, "current");
			assert.deepEqual(others, { field: "current", options });
			assert.equal(text.in(english), words);
		});
});

test("who is to try again is told when", () => {
	assert.deepEqual(unavailableOptions, { status: 503, headers: { "retry-after": "10" } });
	assert.match(elsewhere("example.org").in(english), /example\.org/);
});
