import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "./index.ts";

async function type(...words: readonly string[]) {
	const said = { out: "", err: "" };
	const code = await run(words, {
		environment: { COUNTERSIGN_DATA: "unused" },
		out: (text) => {
			said.out += text;
		},
		complain: (headline, details = []) => {
			said.err += `${[headline, ...details].join("\n")}\n`;
		},
		readSecret: () => assert.fail("nobody is asked"),
	});
	return { code, ...said };
}

test("a command that is none is answered by those it could begin, not by everything", async () => {
	assert.deepEqual(await type("fly", "away", "--fast"), {
		code: 2,
		out: "",
		err: 'countersign: unknown command "fly away". See npx countersign --help\n',
	});
	for (const words of [["users"], ["users", "crate", "ann"]]) {
		const refused = await type(...words);
		assert.deepEqual([refused.code, refused.out], [2, ""]);
		assert.ok(refused.err.startsWith(`countersign: unknown command "${words.join(" ")}". There are:\n\n`));
		assert.match(refused.err, / {2}countersign users create NAME/);
		assert.match(refused.err, / {2}countersign users list/);
		assert.doesNotMatch(refused.err, /sessions list|COUNTERSIGN_/);
	}
});

test("help on a command is help on that command, and help alone is all of it", async () => {
	const one = await type("users", "create", "ann", "--help");
	assert.equal(one.code, 0);
	assert.match(one.out, /^ {2}countersign users create NAME/);
	assert.doesNotMatch(one.out, /users list|COUNTERSIGN_/);
	assert.match((await type("help", "sessions")).out, /sessions list[\s\S]*sessions end/);
	for (const words of [["--help"], ["-h"], ["help"], ["serve", "--help"]]) {
		const { code, out } = await type(...words);
		assert.equal(code, 0);
		assert.match(out, /countersign users create NAME[\s\S]*COUNTERSIGN_PORT/, words.join());
	}
});

test("the version is printed", async () => {
	const { code, out } = await type("--version");
	assert.equal(code, 0);
	assert.match(out, /^countersign \d+\.\d+\.\d+\n$/);
});

test("a mistyped option is named in the words of who typed it", async () => {
	const firstLine = async (...words: readonly string[]) => {
		const { code, err } = await type(...words);
		assert.equal(code, 2);
		return err.split("\n")[0];
	};
	assert.equal(await firstLine("users", "list", "--bogus"), "countersign users list: unknown option --bogus");
	assert.equal(await firstLine("users", "list", "-x"), "countersign users list: unknown option -x");
	assert.equal(await firstLine("--bogus"), "countersign serve: unknown option --bogus");
	assert.equal(
		await firstLine("users", "list", "--json=no"),
		"countersign users list: --json takes no value",
	);
	for (const words of [["--config"], ["--config", "--json"]]) {
		assert.equal(
			await firstLine("users", "list", ...words),
			"countersign users list: --config needs a value; one that begins with - is written --config=VALUE",
		);
	}
});
