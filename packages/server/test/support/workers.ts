import { type ChildServer, type Settings, startChild } from "./child-server.ts";
import { until } from "./until.ts";

/** A server that several workers are, and what its log says of them. */
export interface Workers extends ChildServer {
	/** Every line of the log so far. */
	lines(): readonly LogLine[];
	/** The process that has this place now. */
	pidOf(worker: number): number;
	/** Ends it as running out of memory does, and resolves once another one serves in its place. */
	replaced(worker: number): Promise<void>;
}

export interface LogLine {
	readonly level: string;
	readonly msg: string;
	readonly worker?: number;
	readonly pid?: number;
	readonly route?: string;
	readonly method?: string;
	readonly signal?: string;
	readonly code?: number;
}

export async function startWorkers(settings: Settings, count = 2): Promise<Workers> {
	const server = await startChild(settings, ["--workers", `${count}`]);
	const lines = () => linesOf(server.logged());
	const pidOf = (worker: number) => {
		const serving = lines().filter((line) => line.msg === "a worker serves" && line.worker === worker);
		return serving.at(-1)?.pid ?? NaN;
	};
	return {
		...server,
		lines,
		pidOf,
		async replaced(worker) {
			const before = pidOf(worker);
			process.kill(before, "SIGKILL");
			await until(() => pidOf(worker) !== before);
		},
	};
}

/** Lines of JSON; what else is said there is no line of the log. */
export function linesOf(logged: string): readonly LogLine[] {
	const whole = logged.split("\n").slice(0, -1);
	return whole.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as LogLine);
}

/** Whether there is such a process. */
export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
