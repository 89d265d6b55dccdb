import assert from "node:assert/strict";
import { test } from "node:test";
import { plain, table, when } from "./table.ts";

test("columns are as wide as they need to be, and a line ends with its last word", () => {
	const text = table(
		["USER", "STATE", "NOTE"],
		[
			["@a:x", "active", ""],
			["@someone:x", "", "long"],
		],
	);
	assert.deepEqual(text.split("\n"), [
		"USER        STATE   NOTE",
		"@a:x        active",
		"@someone:x          long",
		"",
	]);
	assert.equal(table(["ONE", "TWO"], []), "ONE  TWO\n");
});

test("what a terminal would obey or hide is left out, and what is too long is cut", () => {
	assert.equal(plain("\u001b[31mred\u202e\u2028\u2029\n"), "[31mred");
	assert.equal(plain("x".repeat(101)), "x".repeat(100));
	assert.equal(table(["A\u0007"], [["b\u001b"]]), "A\nb\n");
});

test("a time is said to the minute, and where", () => {
	assert.equal(when(Date.parse("2026-02-03T04:05:59.999Z")), "2026-02-03 04:05 UTC");
});
