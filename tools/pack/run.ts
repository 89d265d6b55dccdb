import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Runs a program of this repository to its end, and returns what it said. @throws with all it said, where it failed */
export function run(command: string, args: readonly string[]): string {
	const cwd = join(import.meta.dirname, "../..");
	const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
	if (status !== 0) throw new Error(`${command} failed:\n${stdout}${stderr}`, { cause: error });
	return stdout;
}
