#!/usr/bin/env node
import { homedir } from "node:os";
import { run } from "./run.ts";
import { askLine, askSecret } from "./terminal.ts";

const { stdin, stdout, stderr } = process;
const over = new AbortController();

/** The first one lets what is under way come to a clean stop; the second one does not wait for that. */
function interrupt(exitCode: number): void {
	if (over.signal.aborted) process.exit(exitCode);
	over.abort(exitCode);
}
process.on("SIGINT", () => interrupt(130));
process.on("SIGTERM", () => interrupt(143));

// Whoever reads the output may stop reading; the work goes on.
stdout.on("error", () => {});

process.exitCode = await run(process.argv.slice(2), {
	environment: process.env,
	home: homedir(),
	out: (text) => void stdout.write(text),
	complain: (text) => void stderr.write(text),
	isTerminal: stdout.isTTY === true && stdin.isTTY === true,
	showsMotion: stdout.isTTY === true && process.env.NO_COLOR === undefined && process.env.TERM !== "dumb",
	columns: () => stdout.columns ?? 80,
	askSecret: (question) => askSecret(question, over.signal),
	askLine: (question, calledOff) =>
		askLine(question, calledOff === undefined ? over.signal : AbortSignal.any([over.signal, calledOff])),
	signal: over.signal,
	now: Date.now,
});
