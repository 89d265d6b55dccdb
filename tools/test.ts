/**
 * `npm test [part of a path ...] [--node-test-option ...]`: runs every test file, or those whose path
 * contains one of the words, with Node's own runner, whose summary closes the output.
 */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const patterns = [
	"packages/*/src/**/*.test.ts",
	"packages/*/test/**/*.test.ts",
	"tools/**/*.test.ts",
	"demo/**/*.test.ts",
];

const args = process.argv.slice(2);
const options = args.filter((arg) => arg.startsWith("-"));
const words = args.filter((arg) => !arg.startsWith("-"));
const files = globSync(patterns, { cwd: root })
	.sort()
	.filter((file) => words.length === 0 || words.some((word) => file.includes(word)));

// Two at a time: several files start servers, browsers and processes to be killed, and more of them
// side by side would only wait for each other.
const runner = [
	"--test",
	"--test-concurrency=2",
	"--test-reporter=spec",
	"--test-reporter-destination=stdout",
];
// Where every real part has to be present, a skipped test is a hole in the evidence.
const noSkips = ["--test-reporter=./tools/refuse-skips.ts", "--test-reporter-destination=stderr"];

if (files.length === 0) {
	process.stderr.write(`No test file matches: ${words.join(" ")}\n`);
	process.exitCode = 1;
} else {
	const strict = process.env.COUNTERSIGN_REQUIRE === "all" ? noSkips : [];
	const child = spawn(process.execPath, [...runner, ...strict, ...options, ...files], {
		cwd: root,
		stdio: "inherit",
	});
	child.on("error", (error) => {
		process.stderr.write(`The test runner did not start: ${error.message}\n`);
		process.exitCode = 1;
	});
	child.on("exit", (code, signal) => {
		if (signal) process.stderr.write(`The test runner was ended by ${signal}\n`);
		process.exitCode = code ?? 1;
	});
}
