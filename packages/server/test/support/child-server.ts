import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const start = join(import.meta.dirname, "../../../../bin/start.js");

/** The server in a process of its own, started as `npm start` does, to be ended in every way a process can end. */
export interface ChildServer {
	/** `http://localhost:<port>/`. */
	readonly url: string;
	readonly port: number;
	readonly pid: number;
	/** What it has said so far. */
	readonly said: () => string;
	/** What it has logged so far. */
	readonly logged: () => string;
	signal(name: NodeJS.Signals): void;
	/** Resolves when the process is gone. */
	readonly ended: Promise<Ended>;
	/** Stops it the polite way. */
	[Symbol.asyncDispose](): Promise<void>;
}

export interface Ended {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Settings by their environment names, without the prefix. */
export type Settings = Readonly<Record<string, string>>;

/** Runs the command until it ends by itself, as it does where it cannot start. */
export async function runToEnd(settings: Settings, words: readonly string[] = []): Promise<Ended> {
	return launch(settings, words).ended;
}

/**
 * Starts it and waits until it says that it is ready. Throws what it complained of instead.
 * @param words what stands behind `serve`
 */
export async function startChild(settings: Settings, words: readonly string[] = []): Promise<ChildServer> {
	const { child, said, logged, ended } = launch({ PORT: "0", ...settings }, words);
	const port = await Promise.race([portSaid(child.stdout, said), ended.then(refusal)]);
	const signal = (name: NodeJS.Signals) => void child.kill(name);
	return {
		...{ url: `http://localhost:${port}/`, port, pid: child.pid ?? 0, said, logged, signal, ended },
		async [Symbol.asyncDispose]() {
			signal("SIGTERM");
			await ended;
		},
	};
}

function launch(settings: Settings, words: readonly string[]) {
	const env = Object.entries(settings).map(([name, value]) => [`COUNTERSIGN_${name}`, value]);
	const child = spawn(process.execPath, [start, "serve", ...words], {
		env: { ...process.env, ...Object.fromEntries(env) },
		stdio: ["ignore", "pipe", "pipe"],
	});
	let [stdout, stderr] = ["", ""];
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		stdout += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		stderr += text;
	});
	const ended = once(child, "close").then(
		(): Ended => ({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
	);
	return { child, ended, said: () => stdout, logged: () => stderr };
}

async function portSaid(stdout: NodeJS.ReadableStream, said: () => string): Promise<number> {
	for (;;) {
		const port = /http:\/\/localhost:(\d+)\/account\//.exec(said())?.[1];
		if (port !== undefined) return Number(port);
		await once(stdout, "data");
	}
}

function refusal({ code, stderr }: Ended): never {
	throw new Error(`the server did not start (${code}): ${stderr}`);
}
