import assert from "node:assert/strict";
import { test } from "node:test";
import { contrast, isReadable, parse, shadesOf } from "./accent.ts";

function ratio(one: string, other: string): number {
	const [a, b] = [parse(one), parse(other)];
	assert.ok(a !== undefined && b !== undefined);
	return contrast(a, b);
}

test("contrast is what WCAG says it is", () => {
	assert.equal(ratio("#000000", "#ffffff"), 21);
	assert.equal(ratio("#777777", "#777777"), 1);
	assert.equal(ratio("#767676", "#ffffff").toFixed(2), "4.54");
	assert.equal(ratio("#0f5c4d", "#ffffff").toFixed(2), "7.90");
});

test("an accent that is too light to be read on a page is none, and nor is what is no colour", () => {
	for (const right of ["#0f5c4d", "#000000", "#B3261E", "#1a4fc4", "#6a1b9a"])
		assert.ok(isReadable(right), right);
	for (const wrong of ["#767676", "#ffffff", "#ffcc00", "#7fd6bf", "#fff", "red", "0f5c4d", "#0f5c4d;}", ""])
		assert.ok(!isReadable(wrong), wrong);
});

test("whatever accent is taken, everything drawn with it can be read, by day and by night", () => {
	const parts = ["00", "33", "66", "99", "cc", "ff"];
	const all = parts.flatMap((r) => parts.flatMap((g) => parts.map((b) => `#${r}${g}${b}`)));
	const taken = all.filter(isReadable);
	assert.ok(taken.length > 60, `${taken.length}`);
	for (const accent of taken) {
		const { day, night } = shadesOf(accent);
		assert.equal(day.accent, accent);
		const pairs = [
			...["#ffffff", "#f3f4f6", day.ground].map((ground) => [day.accent, ground]),
			...["#ffffff", "#f3f4f6", day.ground].map((ground) => [day.over, ground]),
			...[day.accent, day.over].map((ground) => [day.on, ground]),
			...["#111317", "#1a1d23", "#242831", night.ground].map((ground) => [night.accent, ground]),
			...["#111317", "#1a1d23", "#242831", night.ground].map((ground) => [night.over, ground]),
			...[night.accent, night.over].map((ground) => [night.on, ground]),
			["#17191f", day.ground],
			["#565c68", day.ground],
			["#eceef2", night.ground],
			["#a9b0bd", night.ground],
		] as const;
		for (const [one = "", other = ""] of pairs)
			assert.ok(ratio(one, other) >= 4.5, `${accent}: ${one} on ${other} ${ratio(one, other)}`);
	}
});
