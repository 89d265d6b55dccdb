/**
 * `npm test [part of a path ...] [--node-test-option ...]`: runs every test file, or those whose path
 * contains one of the words, with Node's own runner. What depends on the database is run before on a PostgreSQL of its
 * own, with two servers wherever the other run has one; what takes as long as all else together is run beside both. A
 * line for each run closes the output, with what failed in it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundleServer } from "./bundle.ts";
import { areWell, closing, type Run } from "./closing.ts";
import type { Outcome } from "./outcome-reporter.ts";
import { postgres, startPostgres } from "./postgres.ts";
import { makeRunFolder, removeRunFolder } from "./run-folder.ts";

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
	"packages/server/test/capability/sliding-sync-servers.test.ts",
	"packages/server/test/capability/actors.test.ts",
	"packages/server/test/attacks/",
	"packages/server/test/compat/",
	"packages/server/test/guard/",
	"packages/server/test/interop/js-sdk-reset.test.ts",
	"packages/server/src/jobs/clean-up.test.ts",
	"packages/server/src/retention.test.ts",
];

/** Starts a server hundreds of times, one after the other: begun last, it would end alone. */
const lasting = "packages/server/test/kill/";

const args = process.argv.slice(2);
const options = args.filter((arg) => arg.startsWith("-"));
const words = args.filter((arg) => !arg.startsWith("-"));
const files = globSync(patterns, { cwd: root })
	.sort()
	.filter((file) => words.length === 0 || words.some((word) => file.includes(word)));

// Three at a time: a file that starts a server, a browser or Synapse waits for most of its time.
const runner = [
	"--test",
	// A file whose own cleaning up failed may leave a server open: it is red, and holds nobody up.
	"--test-force-exit",
	"--test-concurrency=3",
	"--test-reporter=spec",
	"--test-reporter-destination=stdout",
];

// Most of the start of a test file, and of every server in a process of its own, is stripping and compiling the same sources.
const compiled = join(root, "node_modules", ".cache", "compiled");

if (files.length === 0) {
	process.stderr.write(`No test file matches: ${words.join(" ")}\n`);
	process.exitCode = 1;
} else {
	const folder = makeRunFolder();
	process.once("exit", () => removeRunFolder(folder));
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
	const env = { ...process.env, TMPDIR: folder, NODE_COMPILE_CACHE: compiled };
	// Servers in processes of their own are the ones that are shipped, and start in half the time.
	await bundleServer();
	const [beside, others] = [files.filter(isLasting), files.filter((file) => !isLasting(file))];
	const killed = beside.length > 0 ? runBeside("SQLite, with kills", beside, env) : undefined;
	const runs = [
		...(await runOnPostgres(env)),
		...(others.length > 0 ? [await run("SQLite", others, env)] : []),
	];
	if (killed !== undefined) runs.push(await killed);
	const strict = process.env.COUNTERSIGN_REQUIRE === "all";
	process.stdout.write(`\n${closing(runs, strict)}`);
	if (!areWell(runs, strict)) process.exitCode = 1;
}

function isLasting(file: string): boolean {
	return file.startsWith(lasting);
}

type Environment = NodeJS.ProcessEnv & { readonly TMPDIR: string };

async function run(on: string, these: readonly string[], env: Environment): Promise<Run> {
	return endOf(start(on, these, { env, stdout: "inherit", limitMs: 1_200_000 }), on, env);
}

/** Says what it has to say at its end, so that the lines of two runs do not mix. */
async function runBeside(on: string, these: readonly string[], env: Environment): Promise<Run> {
	// Three hundred kills beside all else take half of it.
	const child = start(on, these, { env, stdout: "pipe", limitMs: 3_600_000 });
	const [said, ended] = await Promise.all([child.stdout?.toArray() ?? [], endOf(child, on, env)]);
	process.stdout.write(`\nOn ${on}:\n${Buffer.concat(said)}`);
	return ended;
}

interface Start {
	readonly env: Environment;
	readonly stdout: "inherit" | "pipe";
	/** What one test may take: whatever can only hang is named as the failure it is. */
	readonly limitMs: number;
}

function start(on: string, these: readonly string[], { env, stdout, limitMs }: Start): ChildProcess {
	const outcome = [
		"--test-reporter=./tools/outcome-reporter.ts",
		`--test-reporter-destination=${toldAt(on, env)}`,
	];
	const limit = `--test-timeout=${limitMs}`;
	return spawn(process.execPath, [...runner, limit, ...outcome, ...options, ...these], {
		cwd: root,
		stdio: ["inherit", stdout, "inherit"],
		env,
	});
}

async function endOf(child: ChildProcess, on: string, env: Environment): Promise<Run> {
	const [code, signal] = await once(child, "exit");
	if (signal) process.stderr.write(`The test runner was ended by ${signal}\n`);
	return { on, exitCode: code ?? 1, outcome: readOutcome(toldAt(on, env)) };
}

function toldAt(on: string, env: Environment): string {
	return join(env.TMPDIR, `outcome-${on}.json`);
}

/** Undefined for a runner that did not come to its end. */
function readOutcome(path: string): Outcome | undefined {
	try {
		return JSON.parse(readFileSync(path, "utf8")) as Outcome;
	} catch {
		return undefined;
	}
}

async function runOnPostgres(env: Environment): Promise<readonly Run[]> {
	const these = files.filter((file) => onPostgres.some((part) => file.startsWith(part)));
	if (these.length === 0) return [];
	const programs = postgres();
	if (!programs.available) {
		process.stdout.write(`Not run on PostgreSQL: ${programs.skip}\n`);
		return [];
	}
	process.stdout.write(`On PostgreSQL: ${these.length} files\n`);
	const cluster = await startPostgres(programs.part());
	try {
		return [await run("PostgreSQL", these, { ...env, COUNTERSIGN_TEST_DATABASE: cluster.url("postgres") })];
	} finally {
		await cluster.stop();
		process.stdout.write("\nOn SQLite, and what needs no database:\n");
	}
}
