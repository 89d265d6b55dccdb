/** Real programs beside the tests: each ends with the test that started it, however that ends. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";

export interface BoundProcess {
	/** Of the program itself, which took the shell's place. */
	readonly pid: number | undefined;
	isRunning(): boolean;
	/** To the program itself. Nothing happens where it is gone. */
	signal(name: NodeJS.Signals): void;
	/** Resolves with its exit code, or the signal that ended it. */
	readonly ended: Promise<number | NodeJS.Signals>;
}

export interface Program {
	readonly command: string;
	readonly args: readonly string[];
	readonly folder: string;
	/** Everything it says is added to this file. */
	readonly log: string;
	readonly env?: Readonly<Record<string, string>>;
}

/**
 * The shell becomes the program, so that signals meet no shell, and leaves behind a watcher on a pipe that closes
 * with this process. The program may be stopped just then, hence the second signal.
 */
const bound = `
	exec 3<&0
	{ read -r _ <&3; kill -TERM $$; kill -CONT $$; } >/dev/null 2>&1 &
	exec "$0" "$@" 3<&- </dev/null`;

export function startBound({ command, args, folder, log, env = {} }: Program): BoundProcess {
	const said = openSync(log, "a");
	const child = spawn("/bin/sh", ["-c", bound, command, ...args], {
		cwd: folder,
		env: { ...process.env, ...env },
		stdio: ["pipe", said, said],
	});
	closeSync(said);
	const isRunning = () => child.exitCode === null && child.signalCode === null;
	return {
		pid: child.pid,
		isRunning,
		signal: (name) => void child.kill(name),
		ended: once(child, "exit").then(() => child.signalCode ?? child.exitCode ?? 0),
	};
}

const patienceMs = 180_000;
const pauseMs = 20;

export interface Readiness {
	readonly name: string;
	readonly log: string;
	readonly isReady: () => Promise<boolean>;
}

/** Resolves once it is ready. Throws the end of its log where it ended instead, or took three minutes. */
export async function untilReady(program: BoundProcess, { name, log, isReady }: Readiness): Promise<void> {
	const until = performance.now() + patienceMs;
	while (!(await isReady())) {
		if (!program.isRunning()) throw new Error(`${name} ended (${await program.ended}):\n${logTail(log)}`);
		if (performance.now() > until) throw new Error(`${name} does not answer:\n${logTail(log)}`);
		await new Promise((resolve) => setTimeout(resolve, pauseMs));
	}
}

/** The last lines that a program said. */
export function logTail(log: string, lines = 40): string {
	return readFileSync(log, "utf8").split("\n").slice(-lines).join("\n");
}
