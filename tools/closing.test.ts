import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { closing } from "./closing.ts";

const well = { passed: 2, failed: 0, skipped: 0, failures: [], skips: [] };
const failed = { ...well, passed: 1, failed: 1, failures: ["a.test.ts:3 a promise"] };
const skipped = { ...well, passed: 1, skipped: 1, skips: ["b.test.ts:4 another: no browser"] };

test("when all is well nothing is added: node's own summary closes the output", () => {
	const runs = [
		{ on: "PostgreSQL", outcome: well, exitCode: 0 },
		{ on: "SQLite", outcome: well, exitCode: 0 },
	];
	assert.equal(closing(runs, true), undefined);
});

test("whichever run failed, the end names it and its tests", () => {
	const bad = { on: "PostgreSQL", outcome: failed, exitCode: 1 };
	const good = { on: "SQLite", outcome: well, exitCode: 0 };
	for (const runs of [
		[bad, good],
		[good, bad],
	]) {
		const text = closing(runs, false) ?? "";
		assert.match(text, /^✖ on PostgreSQL: pass 1, fail 1, skipped 0\n {4}failed: a\.test\.ts:3 a promise$/m);
		assert.match(text, /^✔ on SQLite: pass 2, fail 0, skipped 0$/m);
	}
});

test("a skipped test fails a run in which everything has to be present, and no other", () => {
	const runs = [{ on: "SQLite", outcome: skipped, exitCode: 0 }];
	assert.equal(closing(runs, false), undefined);
	const hole = /^✖ on SQLite: pass 1, fail 0, skipped 1\n.*REQUIRE=all: b\.test\.ts:4 another: no browser$/m;
	assert.match(closing(runs, true) ?? "", hole);
});

test("a run that broke off, or ended badly without a failed test, is not well", () => {
	assert.match(closing([{ on: "SQLite", outcome: undefined, exitCode: 1 }], false) ?? "", /✖.*broke off/);
	assert.match(closing([{ on: "SQLite", outcome: well, exitCode: 7 }], false) ?? "", /✖(.|\n)*code 7/);
});

test("the reporter counts what node counts, and names each failed test but not its groups", () => {
	const directory = mkdtempSync(join(tmpdir(), "countersign-closing-"));
	const write = (name: string, text: string) =>
		writeFileSync(join(directory, name), `import { describe, test } from "node:test";\n${text}`);
	write(
		"a.test.mjs",
		'describe("a group", () => {\ntest("holds", () => {});\ntest("breaks", () => { throw new Error("no"); });\n});',
	);
	write("b.test.mjs", 'test("waits", { skip: "no browser" }, () => {});\ntest.todo("unwritten");');
	write(
		"d.test.mjs",
		'describe("a whole group", { skip: "no database" }, () => {\ntest("in it", () => {});\n});\ndescribe("outer", () => {\ndescribe.skip("inner", () => {\ntest("in it", () => {});\n});\n});',
	);
	write("c.test.mjs", "throw new Error('does not even load');");
	// A runner inside a runner would report to the outer one.
	const { NODE_TEST_CONTEXT: _, ...env } = process.env;
	const reporter = join(import.meta.dirname, "outcome-reporter.ts");
	const { stdout } = spawnSync(process.execPath, ["--test", `--test-reporter=${reporter}`], {
		cwd: directory,
		env,
		encoding: "utf8",
	});
	rmSync(directory, { recursive: true });
	assert.deepEqual(JSON.parse(stdout), {
		passed: 1,
		failed: 2,
		skipped: 4,
		failures: ["a.test.mjs:4 breaks", "c.test.mjs:1 c.test.mjs"],
		skips: [
			"b.test.mjs:2 waits: no browser",
			"b.test.mjs:3 unwritten",
			"d.test.mjs:2 a whole group: no database",
			"d.test.mjs:6 inner",
		],
	});
});
