/**
 * `npm test [part of a path ...] [--node-test-option ...]`: runs every test file, or those whose path
 * contains one of the words, with Node's own runner, whose summary closes the output. What depends on the database
 * is run a second time on a PostgreSQL of its own, with two servers wherever the first time has one.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { join } from "node:path";
import { postgres, startPostgres } from "./postgres.ts";

const root = join(import.meta.dirname, "..");
const patterns = [
	"packages/*/src/**/*.test.ts",
	"packages/*/test/**/*.test.ts",
	"tools/**/*.test.ts",
	"demo/**/*.test.ts",
];

/** What the second dialect has to show: storage, races, attacks, every kind of reset by a real client. */
const onPostgres = [
	"packages/server/test/contract/",
	"packages/server/test/model/",
	"packages/server/test/attacks/",
	"packages/server/test/compat/",
	"packages/server/test/guard/",
	"packages/server/test/interop/js-sdk-reset.test.ts",
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
	const code = await run(files, process.env);
	process.exitCode = (await runOnPostgres()) || code;
}

async function run(these: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
	const strict = env.COUNTERSIGN_REQUIRE === "all" ? noSkips : [];
	const child = spawn(process.execPath, [...runner, ...strict, ...options, ...these], {
		cwd: root,
		stdio: "inherit",
		env,
	});
	const [code, signal] = await once(child, "exit");
	if (signal) process.stderr.write(`The test runner was ended by ${signal}\n`);
	return code ?? 1;
}

async function runOnPostgres(): Promise<number> {
	const again = files.filter((file) => onPostgres.some((part) => file.startsWith(part)));
	if (again.length === 0) return 0;
	const programs = postgres();
	if (!programs.available) {
		process.stdout.write(`Not run on PostgreSQL: ${programs.skip}\n`);
		return 0;
	}
	process.stdout.write(`The same on PostgreSQL: ${again.length} files\n`);
	const cluster = await startPostgres(programs.part());
	try {
		return await run(again, { ...process.env, COUNTERSIGN_TEST_DATABASE: cluster.url("postgres") });
	} finally {
		await cluster.stop();
	}
}
