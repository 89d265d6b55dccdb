/**
 * `npm run check`: everything that can be judged without running the product. Every step runs, so that
 * one look shows all there is to mend; the exit code is 1 when any failed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { delimiter, join } from "node:path";

interface Step {
	readonly name: string;
	readonly command: string;
	readonly args: readonly string[];
}

const root = join(import.meta.dirname, "..");
const env = {
	...process.env,
	PATH: [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter),
	...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" }),
};

function listSteps(): readonly Step[] {
	const projects = ["tsconfig.json", ...globSync("packages/*/tsconfig*.json", { cwd: root }).sort()];
	return [
		...projects.map((project) => ({ name: `types ${project}`, command: "tsc", args: ["-p", project] })),
		{ name: "biome", command: "biome", args: ["check", "--error-on-warnings"] },
		{ name: "knip", command: "knip", args: ["--no-progress"] },
		{
			name: "boundaries",
			command: process.execPath,
			args: ["--test", "--test-reporter=spec", "tools/boundaries.test.ts"],
		},
	];
}

function runStep({ name, command, args }: Step): boolean {
	const startedAt = performance.now();
	const { status, stdout, stderr, error } = spawnSync(command, args, {
		cwd: root,
		env,
		encoding: "utf8",
		maxBuffer: 64 * 1024 * 1024,
	});
	const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
	const passed = status === 0;
	process.stdout.write(`${passed ? "ok    " : "FAILED"}  ${name} (${seconds} s)\n`);
	if (!passed) process.stdout.write(`${[stdout, stderr, error?.message].filter(Boolean).join("\n")}\n`);
	return passed;
}

if (existsSync(join(root, "node_modules"))) {
	const failed = listSteps().filter((step) => !runStep(step));
	process.stdout.write(failed.length === 0 ? "check passed\n" : `check failed: ${failed.length} step(s)\n`);
	process.exitCode = failed.length === 0 ? 0 : 1;
} else {
	process.stderr.write("Nothing is installed yet: run `npm install` first.\n");
	process.exitCode = 1;
}
