import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { areWell, closing, type Run } from "./closing.ts";

const well = { passed: 2, failed: 0, skipped: 0, failures: [], skips: [], seconds: {} };
const failed = { ...well, passed: 1, failed: 1, failures: ["a.test.ts:3 a promise"] };
const skipped = { ...well, passed: 1, skipped: 1, skips: ["b.test.ts:4 another: no browser"] };

const on = (name: string, outcome: Run["outcome"], exitCode: number) => ({
	on: name,
	outcome,
	exitCode,
});

test("one run that went well adds nothing: node's own summary closes the output", () => {
	const runs = [on("SQLite", well, 0)];
	assert.equal(closing(runs, true), "");
	assert.equal(areWell(runs, true), true);
});

test("each of several runs has its line, and the files that took longest are named, slowest first", () => {
	const slow = { ...well, seconds: { "a.test.ts": 19.9, "b.test.ts": 20.4 } };
	const slower = { ...well, seconds: { "b.test.ts": 300 } };
	assert.equal(
		closing([on("PostgreSQL", slow, 0), on("SQLite", slower, 0)], true),
		"✔ on PostgreSQL: pass 2, fail 0, skipped 0\n" +
			"✔ on SQLite: pass 2, fail 0, skipped 0\n" +
			"300 s: b.test.ts, on SQLite\n" +
			"20 s: b.test.ts, on PostgreSQL\n",
	);
});

test("of the slow files ten are named", () => {
	const seconds = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`${at}.test.ts`, 100 + at]));
	const text = closing([on("PostgreSQL", well, 0), on("SQLite", { ...well, seconds }, 0)], true);
	assert.deepEqual(text.match(/^\d+ s/gm), [
		"111 s",
		...[110, 109, 108, 107, 106, 105, 104, 103, 102].map((s) => `${s} s`),
	]);
});

test("whichever run failed, the end names it and its tests", () => {
	const [bad, good] = [on("PostgreSQL", failed, 1), on("SQLite", well, 0)];
	for (const runs of [
		[bad, good],
		[good, bad],
	]) {
		const text = closing(runs, false);
		assert.equal(areWell(runs, false), false);
		assert.match(text, /^✖ on PostgreSQL: pass 1, fail 1, skipped 0\n {4}failed: a\.test\.ts:3 a promise$/m);
		assert.match(text, /^✔ on SQLite: pass 2, fail 0, skipped 0$/m);
	}
});

test("a skipped test fails a run in which everything has to be present, and no other", () => {
	const runs = [on("SQLite", skipped, 0)];
	assert.deepEqual([areWell(runs, false), closing(runs, false)], [true, ""]);
	const hole = /^✖ on SQLite: pass 1, fail 0, skipped 1\n.*REQUIRE=all: b\.test\.ts:4 another: no browser$/m;
	assert.equal(areWell(runs, true), false);
	assert.match(closing(runs, true), hole);
});

test("a run that broke off, or ended badly without a failed test, is not well", () => {
	for (const [run, said] of [
		[on("SQLite", undefined, 1), /✖.*broke off/],
		[on("SQLite", well, 7), /✖(.|\n)*code 7/],
	] as const) {
		assert.equal(areWell([run], false), false);
		assert.match(closing([run], false), said);
	}
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
	const { seconds, ...told } = JSON.parse(stdout);
	assert.deepEqual(Object.keys(seconds).sort(), ["a.test.mjs", "b.test.mjs", "c.test.mjs", "d.test.mjs"]);
	assert.ok(Object.values(seconds).every((each) => typeof each === "number" && each >= 0));
	assert.deepEqual(told, {
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
