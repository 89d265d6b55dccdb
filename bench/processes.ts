import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "..");

/** A server in a process of its own, so that its time is not the generator's. */
export interface ServerProcess {
	readonly port: number;
	readonly pid: number;
	/** Processor time used so far, in microseconds; NaN where the system does not tell. */
	cpuMicros(): number;
	/** Memory held, in MiB; NaN where the system does not tell. */
	residentMib(): number;
	/** Handed to the system for writing so far, answers and log included, in KiB; NaN where the system does not tell. */
	writtenKib(): number;
	/** Files and connections it has open; NaN where the system does not tell. */
	openFiles(): number;
	stop(): Promise<void>;
}

/** The bare server that everything is compared with. */
export function startBaseline(): Promise<ServerProcess> {
	return start([join(import.meta.dirname, "baseline.ts")], /listening on (\d+)/, {});
}

/** What hands on to this port without looking, which the guard is compared with. */
export function startRelay(port: number): Promise<ServerProcess> {
	return start([join(import.meta.dirname, "relay.ts"), `${port}`], /listening on (\d+)/, {});
}

/** What `npm start` tells node. */
const asStarted = ["--max-semi-space-size=4"];

/**
 * Countersign as `npm start` runs it, on any free port unless `env` names one. `nodeOptions` are for node itself, `words`
 * stand behind `serve`, `checkout` is where its code is: here, unless it is another one.
 */
export function startCountersign(
	data: string,
	{
		nodeOptions = [],
		words = [],
		env = {},
		checkout = root,
	}: {
		readonly nodeOptions?: readonly string[];
		readonly words?: readonly string[];
		readonly env?: Readonly<Record<string, string>>;
		readonly checkout?: string;
	} = {},
): Promise<ServerProcess> {
	const args = [...asStarted, ...nodeOptions, join(checkout, "bin/start.js"), "serve", ...words];
	return start(args, /http:\/\/localhost:(\d+)\/account\//, {
		COUNTERSIGN_DATA: data,
		COUNTERSIGN_PORT: "0",
		...env,
	});
}

async function start(
	args: readonly string[],
	ready: RegExp,
	env: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
	const child = spawn(process.execPath, args, {
		env: { ...process.env, ...env },
		stdio: ["ignore", "pipe", "pipe"],
	});
	// However the generator ends, nothing is left behind.
	const end = () => void child.kill("SIGTERM");
	process.once("exit", end);
	passOnTrouble(child);
	const port = await portSaid(child, ready);
	const closed = once(child, "close").finally(() => process.off("exit", end));
	return {
		port,
		pid: child.pid ?? 0,
		cpuMicros: () => cpuMicros(child.pid),
		residentMib: () => residentMib(child.pid),
		writtenKib: () => writtenKib(child.pid),
		openFiles: () => openFiles(child.pid),
		async stop() {
			child.kill("SIGTERM");
			await closed;
		},
	};
}

/** The server logs every request, as it does for operators; only what went wrong belongs in a report. */
function passOnTrouble({ stderr }: ChildProcess): void {
	if (stderr === null) return;
	createInterface({ input: stderr }).on("line", (line) => {
		if (!line.includes('"level":"info"')) process.stderr.write(`${line}\n`);
	});
}

async function portSaid(child: ChildProcess, ready: RegExp): Promise<number> {
	let said = "";
	child.stdout?.setEncoding("utf8");
	for await (const text of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
		said += text;
		const port = ready.exec(said)?.[1];
		if (port !== undefined) {
			child.stdout?.resume();
			return Number(port);
		}
	}
	throw new Error("a server ended before it was ready");
}

/** From `/proc`, which counts in ticks of a hundredth of a second. */
export function cpuMicros(pid: number | undefined): number {
	try {
		const [, rest = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
		const fields = rest.split(" ");
		return (Number(fields[11]) + Number(fields[12])) * 10_000;
	} catch {
		return Number.NaN;
	}
}

function residentMib(pid: number | undefined): number {
	try {
		return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
	} catch {
		return Number.NaN;
	}
}

function writtenKib(pid: number | undefined): number {
	try {
		return Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]) / 1024;
	} catch {
		return Number.NaN;
	}
}

function openFiles(pid: number | undefined): number {
	try {
		return readdirSync(`/proc/${pid}/fd`).length;
	} catch {
		return Number.NaN;
	}
}
