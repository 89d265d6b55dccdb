import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export type RunEnd = "passed" | "failed" | "too-slow";

/**
 * Runs one file of tests in the copy, by itself, until its first failure. Whatever it has started ends with it.
 * @param how.coverage a folder for V8's account of what ran
 * @param how.database the PostgreSQL it runs on
 */
export async function runFile(
	copy: string,
	file: string,
	how: { readonly timeoutMs: number; readonly coverage?: string; readonly database?: string | undefined },
): Promise<RunEnd> {
	const reporter = join(copy, "tools", "mutate", "first-failure.ts");
	const args = [`--test-reporter=${reporter}`, "--test-reporter-destination=stdout", file];
	const child = spawn(process.execPath, args, {
		cwd: copy,
		detached: true,
		stdio: "ignore",
		env: {
			...process.env,
			TMPDIR: join(copy, "tmp"),
			...(how.database === undefined ? {} : { COUNTERSIGN_TEST_DATABASE: how.database }),
			// What was compiled once is not compiled again for every fault; V8's account wants it afresh.
			...(how.coverage === undefined
				? { NODE_COMPILE_CACHE: join(copy, "tmp", "compiled") }
				: { NODE_V8_COVERAGE: how.coverage }),
		},
	});
	let late = false;
	const timer = setTimeout(() => {
		late = true;
		endGroup(child.pid);
	}, how.timeoutMs);
	const [code] = await once(child, "exit");
	clearTimeout(timer);
	endGroup(child.pid);
	if (late) return "too-slow";
	return code === 0 ? "passed" : "failed";
}

/** The process and those it started: they are a group of their own. */
function endGroup(pid: number | undefined): void {
	if (pid === undefined) return;
	try {
		process.kill(-pid, "SIGKILL");
	} catch {
		// All of them are gone already.
	}
}
