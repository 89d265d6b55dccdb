import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Command } from "./command.ts";
import { readWords } from "./read-words.ts";

const command: Command = {
	...{ name: "do", operands: ["NAME", "[OTHER]"], usage: "", about: "" },
	options: {
		json: { type: "boolean" },
		device: { type: "string" },
		also: { type: "string", multiple: true },
	},
	run: () => assert.fail("nothing is done yet"),
};
const outside = {
	...{ environment: {}, out() {}, complain() {}, readSecret: async () => "" },
};
const read = (line: string) => readWords(command, line.split(" ").filter(Boolean), outside);

function asked(line: string) {
	const words = read(line);
	assert.ok(words.ok, words.ok ? "" : words.problem);
	return words.asked;
}

function problem(line: string): string {
	const words = read(line);
	assert.ok(!words.ok, "it is taken");
	return words.problem;
}

describe("an operand with dots", () => {
	const words = (line: string) =>
		readWords({ ...command, operands: ["NAME..."] }, line.split(" ").filter(Boolean), outside);

	test("takes one and more, and not none", () => {
		const several = words("alice bob --json carol");
		assert.deepEqual(several.ok && several.asked.operands, ["alice", "bob", "carol"]);
		assert.deepEqual(words("--json"), { ok: false, problem: "NAME... is missing" });
	});
});

describe("the words behind a command", () => {
	test("are operands, options and flags, wherever they stand", () => {
		const one = asked("--json alice --device=D --config c.yaml");
		assert.deepEqual([one.operands, one.configPath], [["alice"], "c.yaml"]);
		assert.deepEqual(
			[one.option("device"), one.option("also"), one.option("json")],
			["D", undefined, undefined],
		);
		assert.deepEqual([one.flag("json"), one.flag("device"), one.flag("other")], [true, false, false]);
		assert.deepEqual([one.options("also"), one.options("device")], [[], []]);
		assert.equal(one.operator.kind, "operator");
	});

	test("may be left out where they are in brackets, and given twice where that makes sense", () => {
		const one = asked("alice bob --also=a --also b");
		assert.deepEqual(one.operands, ["alice", "bob"]);
		assert.deepEqual(one.options("also"), ["a", "b"]);
		assert.deepEqual([one.configPath, one.flag("json")], [undefined, false]);
	});

	test("are refused in words for who typed them", () => {
		assert.equal(problem(""), "NAME is missing");
		assert.equal(problem("a b c"), '"c" is too much');
		assert.equal(problem("a --nothing"), "unknown option --nothing");
		assert.equal(problem("a -n"), "unknown option -n");
		assert.equal(problem("a --json=yes"), "--json takes no value");
		assert.equal(
			problem("a --device"),
			"--device needs a value; one that begins with - is written --device=VALUE",
		);
		assert.equal(
			problem("a --device --json"),
			"--device needs a value; one that begins with - is written --device=VALUE",
		);
	});
});
