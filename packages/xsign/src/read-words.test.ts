import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { login } from "./commands/login.ts";
import { reset } from "./commands/reset.ts";
import { vouch } from "./commands/vouch.ts";
import { readWords } from "./read-words.ts";

describe("what is typed", () => {
	test("is an operand, options with values, and flags", () => {
		const words = readWords(reset, ["--replace", "a b", "--json", "--wait=3"]);
		assert.deepEqual(
			[
				words.operand,
				words.option("replace"),
				words.option("wait"),
				words.flag("json"),
				words.flag("no-wait"),
			],
			[undefined, "a b", "3", true, false],
		);
		assert.equal(readWords(login, ["example.org", "--token"]).operand, "example.org");
	});

	const wrong: readonly (readonly [args: readonly string[], problem: string])[] = [
		[["--frobnicate"], "There is no option --frobnicate."],
		[["-x"], "There is no option -x."],
		[["--no-wait=yes"], "--no-wait takes no value."],
		[
			["--replace"],
			"--replace needs a value: --replace FINGERPRINT; one that begins with - is written --replace=VALUE.",
		],
		[
			["--replace", "--json"],
			"--replace needs a value: --replace FINGERPRINT; one that begins with - is written --replace=VALUE.",
		],
		[["now"], '"now" is too much.'],
	];
	for (const [args, problem] of wrong) {
		test(`${args.join(" ")} is told in words for people`, () => {
			assert.throws(() => readWords(reset, args), { name: "Refusal", code: "usage", facts: { problem } });
		});
	}

	test("an id that begins with a dash is told where it can stand, and is read there", () => {
		const problem = "There is no option -x. A DEVICE that begins with - stands last, behind -- and a space.";
		assert.throws(() => readWords(vouch, ["-xY", "--key", "a"]), { facts: { problem } });
		assert.equal(readWords(vouch, ["--key", "a", "--", "-xY"]).operand, "-xY");
	});

	test("a second operand is too much", () => {
		assert.throws(() => readWords(login, ["a.example", "b.example"]), {
			facts: { problem: '"b.example" is too much.' },
		});
	});
});
