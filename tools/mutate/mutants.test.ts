import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { excuseOf } from "./equivalent.ts";
import { mutantsOf, mutated } from "./mutants.ts";

const changes = (source: string) => mutantsOf("a.ts", source).map(({ change }) => change);
const sources = (source: string) => mutantsOf("a.ts", source).map((mutant) => mutated(source, mutant));

describe("a fault is put in", () => {
	const put: readonly (readonly [string, string, readonly string[]])[] = [
		["a comparison at its border", "f(a < b);", ["f(a <= b);", "f(a >= b);"]],
		["a time later by one", "const ms = 9;", ["const ms = 10;"]],
		["a condition that always holds, or never", "if (a) b;", ["if (true) b;", "if (false) b;"]],
		["a side of a condition left out", "f(a && b);", ["f((a));", "f((b));", "f(((a) || (b)));"]],
		["a fallback left out", "f(a ?? b);", ["f((a));"]],
		["a member of a wiring left out", "f({ a, b: c });", ["f({  b: c });", "f({ a,  });"]],
		["a condition of a statement left out", "q.where(a).limit(b);", ["q.where(a);", "q.limit(b);"]],
		["an end of a pattern left open", "f(/^a$/u);", ["f(/a$/u);", "f(/^a/u);"]],
		["a word of the program emptied", 'f("pending");', ['f("");']],
	];
	for (const [what, source, expected] of put) {
		test(what, () => {
			for (const wrong of expected) assert.ok(sources(source).includes(wrong), sources(source).join("\n"));
		});
	}

	test("a step left out", () => {
		assert.ok(changes("record(a);").includes("record(a); => ;"));
		assert.ok(changes("throw a;").includes("throw a; => ;"));
	});
});

test("types, imports, keys, labels and words for people are left as they are", () => {
	const source = `
import { a } from "b";
export * from "c";
type State = "pending" | 5;
const of = (each: { readonly state: "x" }) => each as 7;
switch (of) { case "label": }
throw new Error("what a person reads");
`;
	assert.deepEqual(changes(source), ['throw new Error("what a person reads"); => ;']);
});

test("a mutant tells its line, and is excused by it wherever the line moves to", () => {
	const [mutant] = mutantsOf("a.ts", "\n\n\tconst ms = 9;\n");
	assert.ok(mutant !== undefined);
	assert.deepEqual([mutant.line, mutant.code, mutant.change], [3, "const ms = 9;", "9 => 10"]);
	const entry = { file: "a.ts", code: "const ms = 9;", reason: "nobody waits" };
	assert.equal(excuseOf(mutant, [entry]), entry);
	assert.equal(excuseOf(mutant, [{ ...entry, file: "b.ts" }]), undefined);
	assert.equal(excuseOf(mutant, [{ ...entry, change: "9 => 11" }]), undefined);
	assert.equal(excuseOf(mutant, [{ ...entry, code: "const ms = 8;" }]), undefined);
});

test("a source that cannot be read is a failure, not a folder without faults", () => {
	assert.throws(() => mutantsOf("a.ts", "const ="), /a\.ts/);
});
