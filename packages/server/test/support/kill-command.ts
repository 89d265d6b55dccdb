import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const program = join(import.meta.dirname, "command-program.ts");

/** From 1 to this number. */
export function anyOf(moments: number): number {
	return 1 + Math.floor(Math.random() * moments);
}

/** How many moments there are at which the command could be killed; it comes to its end. */
export async function momentsOf(words: readonly string[]): Promise<number> {
	const { signal, said } = await runProgram(0, words);
	assert.equal(signal, null);
	assert.match(said, /^[1-9]\d*$/);
	return Number(said);
}

/**
 * Runs a command of the operator's in a process of its own, and kills it at that moment: right before or after a commit,
 * or a file that is copied. Returns whether it was killed before its end, which is a good one.
 */
export async function killAt(moment: number, words: readonly string[]): Promise<boolean> {
	return (await runProgram(moment, words)).signal === "SIGKILL";
}

async function runProgram(moment: number, words: readonly string[]) {
	const child = spawn(process.execPath, [program, String(moment), ...words], {
		stdio: ["ignore", "pipe", "pipe"],
	});
	const [said, complaints] = await Promise.all([
		child.stdout.toArray(),
		child.stderr.toArray(),
		once(child, "close"),
	]);
	const { signalCode: signal, exitCode } = child;
	if (signal === null) assert.equal(exitCode, 0, Buffer.concat(complaints).toString());
	return { signal, said: Buffer.concat(said).toString() };
}
