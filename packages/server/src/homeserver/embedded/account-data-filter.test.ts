import assert from "node:assert/strict";
import { test } from "node:test";
import { passesAccountData } from "./account-data-filter.ts";

const cases: readonly (readonly [unknown, string, boolean])[] = [
	[undefined, "m.a", true],
	[{}, "m.a", true],
	[{ types: [] }, "m.a", false],
	[{ types: ["m.a"] }, "m.a", true],
	[{ types: ["m.a"] }, "m.ab", false],
	[{ types: ["m.*"] }, "m.", true],
	[{ types: ["*a"] }, "m.a", true],
	[{ types: ["m.*.z"] }, "m.z", false],
	[{ types: ["m.*.z"] }, "m..z", true],
	[{ types: ["a*b*c"] }, "aXbYc", true],
	[{ types: ["a*b*c"] }, "aXcYb", false],
	[{ types: ["a*a"] }, "a", false],
	[{ types: ["**"] }, "", true],
	[{ not_types: ["*"] }, "m.a", false],
	[{ types: ["*"], not_types: ["m.a"] }, "m.a", false],
	[{ types: "m.a" }, "m.b", true],
];

for (const [section, type, passes] of cases) {
	test(`${JSON.stringify(section)} ${passes ? "lets through" : "keeps back"} "${type}"`, () => {
		assert.equal(passesAccountData({ account_data: section }, type), passes);
	});
}

test("a pattern made to take long does not", () => {
	const pattern = `${"a*".repeat(5_000)}b`;
	// Of this thread alone: a busy machine makes everything take long.
	const begun = process.threadCpuUsage();
	assert.equal(passesAccountData({ account_data: { types: [pattern] } }, "a".repeat(255)), false);
	const { user, system } = process.threadCpuUsage(begun);
	assert.ok(user + system < 1_000_000, "a second");
});
