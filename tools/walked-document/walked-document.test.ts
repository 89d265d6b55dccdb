import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { differences, readDeeds } from "./index.ts";

const fence = "```";

describe("a page", () => {
	test("is done in order, each block as what it is", () => {
		const page = `# A\n\n${fence}sh\none\ntwo\n${fence}\n\n${fence}text\nsaid\n${fence}\n\n## B\n\n${fence}js\n// b.mjs\n1;\n${fence}\n${fence}sh\nthree\n${fence}\n`;
		assert.deepEqual(readDeeds(page), [
			{ do: "type", lines: "one\ntwo\n", shown: "said\n", under: "A" },
			{ do: "write", file: "b.mjs", text: "// b.mjs\n1;\n", under: "B" },
			{ do: "type", lines: "three\n", shown: undefined, under: "B" },
		]);
	});

	test("has no block that nothing would be done with", () => {
		for (const block of [
			"js\n1;\n",
			"text\nsaid\n",
			"yaml\na: 1\n",
			"\nplain\n",
			"sh\na\n```\n```text\nb\n```\n```text\nc\n",
		])
			assert.throws(() => readDeeds(`# A\n\n${fence}${block}${fence}\n`), /under “A”/, block);
	});
});

describe("what is said", () => {
	const of = (shown: string, said: string) =>
		differences({ shown, said }, (text) => text.replaceAll(/\d/g, "0"));

	test("is what is shown, but for what is never the same and for what is left out", () => {
		for (const [shown, said] of [
			["a 1\nb\n", "a 2\nb\n"],
			["…\nb\n", "x\ny\nb\n"],
			["…\nb\n", "b\n"],
			["a\n…\n", "a\nx\n"],
			["a\n…\nc\n", "a\nx\nc\n"],
		] as const)
			assert.equal(of(shown, said), undefined, shown);
	});

	test("differs where it is more, less, or something else", () => {
		for (const [shown, said] of [
			["a\n", "a\nb\n"],
			["a\n", "b\na\n"],
			["a\nb\n", "a\n"],
			["…\nb\n", "b\nx\n"],
			["a\n…\nc\n", "a\nc\nx\n"],
			["…\nb\na\n", "a\nb\n"],
			["a\n…\na\n", "a\n"],
		] as const)
			assert.notEqual(of(shown, said), undefined, shown);
	});
});
