import assert from "node:assert/strict";
import { test } from "node:test";
import { parseText } from "./parse-text.ts";

test("a text is words, places of values, and words within tags that may stand within each other", () => {
	assert.deepEqual(parseText("plain"), ["plain"]);
	assert.deepEqual(parseText("{who}, see <devices>your <strong>devices</strong></devices>."), [
		{ value: "who" },
		", see ",
		{ tag: "devices", parts: ["your ", { tag: "strong", parts: ["devices"] }] },
		".",
	]);
});

test("what only looks like markup is words", () => {
	assert.deepEqual(parseText(`1 < 2 > 0, {}, { a }, </>, <a href="x">`), [
		`1 < 2 > 0, {}, { a }, </>, <a href="x">`,
	]);
});

for (const broken of ["<a>open", "closed</a>", "closed</x>", "<a><b>crossed</a></b>", "<a>x</a></a>"]) {
	test(`tags that are not closed in order are refused: ${broken}`, () => {
		assert.throws(() => parseText(broken), TypeError);
	});
}
