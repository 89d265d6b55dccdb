import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = join(import.meta.dirname, "../../bin/xsign.js");

/** What a run said and how it ended. */
interface Ended {
	readonly exit: number | NodeJS.Signals;
	readonly out: string;
	readonly complaint: string;
	/** The output's lines as JSON. */
	lines(): readonly Line[];
}

// biome-ignore lint/suspicious/noExplicitAny: events are looked into by tests, member by member
type Line = any;

/** A run that is under way. */
interface Run {
	/** Resolves with what it has said as soon as that matches. Throws where it ends without. */
	says(pattern: RegExp): Promise<RegExpMatchArray>;
	signal(name: NodeJS.Signals): void;
	type(text: string): void;
	readonly ended: Promise<Ended>;
}

/** One person's machine: a state folder, in which real processes run one after the other, or beside each other. */
export interface Machine extends Disposable {
	readonly folder: string;
	/** A path in a folder that goes away with the machine. */
	path(name: string): string;
	start(words: readonly string[], input?: string): Run;
	run(words: readonly string[], input?: string): Promise<Ended>;
}

/** @param node the program that runs it, and what is run; default: the sources, on the Node of the tests */
export function createMachine(node: readonly [string, string] = [process.execPath, program]): Machine {
	const home = mkdtempSync(join(tmpdir(), "countersign-xsign-"));
	const folder = join(home, "state");
	const start: Machine["start"] = (words, input) => startRun(node, words, { folder, home, input });
	return {
		folder,
		path: (name) => join(home, name),
		start,
		run: (words, input = "") => start(words, input).ended,
		[Symbol.dispose]: () => rmSync(home, { recursive: true }),
	};
}

function startRun(
	[command, file]: readonly [string, string],
	words: readonly string[],
	where: { readonly folder: string; readonly home: string; readonly input: string | undefined },
): Run {
	const child = spawn(command, [file, ...words], {
		cwd: where.home,
		env: { PATH: process.env.PATH, HOME: where.home, XSIGN_STATE: where.folder },
	});
	const said = { out: "", complaint: "" };
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		said.out += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		said.complaint += text;
	});
	// A program that has no question ends before it reads.
	child.stdin.on("error", () => {});
	if (where.input !== undefined) child.stdin.end(where.input);
	const ended = once(child, "close").then(([code, signal]): Ended => {
		const lines = () => said.out.trim().split("\n").filter(Boolean).map(asJson);
		return { exit: signal ?? code, ...said, lines };
	});
	return {
		async says(pattern) {
			for (;;) {
				const found = said.out.match(pattern);
				if (found !== null) return found;
				const next = once(child.stdout, "data").then(() => "more" as const);
				if ((await Promise.race([next, ended])) === "more") continue;
				const late = said.out.match(pattern);
				if (late !== null) return late;
				throw new Error(`it ended without ${pattern}:\n${said.out}${said.complaint}`);
			}
		},
		signal: (name) => void child.kill(name),
		type: (text) => void child.stdin.write(text),
		ended,
	};
}

function asJson(line: string): Line {
	return JSON.parse(line);
}
