import assert from "node:assert/strict";
import { test } from "node:test";
import { RateLimiterMemory } from "rate-limiter-flexible";
import type { LimitsConfig } from "../config/index.ts";
import { createAddressAttempts, createPromptAttempts, createSignInAttempts, setLimits } from "./index.ts";
import { settable } from "./set-limits.ts";

function named(set?: LimitsConfig) {
	const lines: string[] = [];
	const noting = setLimits((limit) => {
		lines.push(`${limit.keyPrefix}: ${limit.points} in ${limit.duration} s`);
		return new RateLimiterMemory(limit);
	}, set);
	return { lines, noting };
}

test("what is set is what one address has, and the networks around and longer times have in proportion", () => {
	const { lines, noting } = named({ signInsBegun: 12, passwordsTried: 600 });
	createAddressAttempts(
		[
			{ name: "authorize", points: 120, seconds: 60 },
			{ name: "authorize hour", points: 1000, seconds: 3600 },
		],
		noting,
	);
	createAddressAttempts({ name: "client", points: 60, seconds: 60 }, noting);
	assert.deepEqual(lines, [
		...["authorize: 12 in 60 s", "authorize x4: 48 in 60 s", "authorize x16: 192 in 60 s"],
		...[
			"authorize hour: 100 in 3600 s",
			"authorize hour x4: 400 in 3600 s",
			"authorize hour x16: 1600 in 3600 s",
		],
		...["client: 60 in 60 s", "client x4: 240 in 60 s", "client x16: 960 in 60 s"],
	]);
});

test("what keeps one person's password from being guessed cannot be set", () => {
	const { lines, noting } = named({ passwordsTried: 600 });
	createSignInAttempts(noting);
	createPromptAttempts(noting);
	assert.ok(lines.includes("place: 600 in 60 s"));
	for (const line of [
		"pair: 5 in 60 s",
		"person: 50 in 3600 s",
		"prompt: 5 in 60 s",
		"prompts: 20 in 3600 s",
	])
		assert.ok(lines.includes(line), line);
	const all = Object.values(settable).flatMap(({ counts }) => counts);
	for (const count of ["pair", "person", "prompt", "prompts", "code", "codes", "codes day", "recovery"])
		assert.ok(!all.includes(count), count);
});

test("nothing set is as ever", () => {
	const { lines, noting } = named();
	for (const { counts, usual } of Object.values(settable))
		for (const name of counts) createAddressAttempts({ name, points: usual, seconds: 60 }, noting);
	assert.deepEqual(
		lines.filter((line) => !line.includes(" x")),
		Object.values(settable).flatMap(({ counts, usual }) => counts.map((name) => `${name}: ${usual} in 60 s`)),
	);
});
