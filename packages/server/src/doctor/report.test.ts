import assert from "node:assert/strict";
import { test } from "node:test";
import type { Result } from "./examine.ts";
import { report } from "./report.ts";

const ok = (check: string): Result => ({ check, verdict: "ok", promise: "all is well" });
const found = (check: string, verdict: "problem" | "warning", more: object = {}): Result => ({
	...{ check, verdict, what: "a line", found: "GET /\n-> 404", fix: "write it" },
	...more,
});

test("where nothing is found, that is said, with what was looked at", () => {
	assert.equal(
		report([ok("one"), ok("two")]),
		"Everything is well.\n0 problems, 0 warnings, 2 checks well\n  well: one, two\n",
	);
	assert.equal(report([]), "Everything is well.\n0 problems, 0 warnings, 0 checks well\n");
});

test("problems come before warnings, each with what is wrong, what was found, and the cure, line by line", () => {
	const text = report([
		found("late", "warning"),
		found("broken", "problem"),
		{ check: "hidden", verdict: "left-out", because: ["broken"] },
		ok("fine"),
	]);
	assert.deepEqual(text.split("\n"), [
		...["PROBLEM broken", "  wrong  a line", "  found  GET /", "         -> 404", "  fix    write it", ""],
		...["WARNING late", "  wrong  a line", "  found  GET /", "         -> 404", "  fix    write it", ""],
		"1 problem, 1 warning, 1 check well, 1 left out until the problems are solved",
		...["  well: fine", "  left out: hidden", ""],
	]);
});

test("a check that found several things is named once", () => {
	const leftOut: Result = { check: "hidden", verdict: "left-out", because: ["a"] };
	const text = report([ok("fine"), ok("fine"), leftOut, leftOut]);
	assert.match(text, /well: fine\n {2}left out: hidden\n$/);
	assert.match(text, /2 checks well, 2 left out/);
});

test("nothing of what others said reaches the terminal but words, and not too many", () => {
	const text = report([found("one", "problem", { found: `\u001b[31m${"x".repeat(2_000)}\u202e` })]);
	assert.ok(text.includes(`  found  ${`[31m${"x".repeat(2_000)}`.slice(0, 1_000)}\n`));
});
