/**
 * Jobs: what the server does without being asked.
 *
 * Owns when it happens, that a failing job is logged and tried again, how it is stopped, and in which bites dead rows
 * are deleted. Leaves to the folder that owns a table which of its rows are dead and when they go, and to others what
 * they want done.
 */
import type { Clock } from "../config/index.ts";
import type { Log } from "../log/index.ts";
import { cleanUp } from "./clean-up.ts";
import type { CleanUp, Job } from "./ports.ts";

export { cleanUp } from "./clean-up.ts";
export type * from "./ports.ts";

const cleanUpEveryMs = 10 * 60_000;

export interface Jobs {
	/** Starts no further run, tells those under way to come to an end, and waits for them. */
	stop(): Promise<void>;
}

/** Runs clean-up, and each of the others, now and at its times; each by itself, and never twice at once. */
export function startJobs<Unit>(
	deps: CleanUp<Unit> & {
		readonly clock: Clock;
		readonly log: Log;
		readonly others?: readonly Job[];
		/** Whether this process runs those that one of several runs. Default true. */
		readonly runsAll?: boolean;
	},
): Jobs {
	const { clock, log, others = [], runsAll = true } = deps;
	const deleteDead: Job = {
		name: "clean-up",
		everyMs: cleanUpEveryMs,
		async run(stopping) {
			const deleted = await cleanUp(deps, clock(), stopping);
			if (Object.keys(deleted).length > 0) log.info({ deleted }, "dead rows deleted");
		},
	};
	const ours = [deleteDead, ...others].filter(({ inEachProcess }) => runsAll || inEachProcess === true);
	const started = ours.map((job) => start(job, log));
	return {
		async stop() {
			await Promise.all(started.map((one) => one.stop()));
		},
	};
}

function start({ name, everyMs, run }: Job, log: Log): Jobs {
	let running: Promise<void> | undefined;
	const stopping = new AbortController();
	const runSafely = async () => {
		try {
			await run(stopping.signal);
		} catch (err) {
			log.error({ err }, `${name} failed; it will be tried again`);
		}
		running = undefined;
	};
	const timer = setInterval(() => {
		running ??= runSafely();
	}, everyMs);
	timer.unref();
	running = runSafely();
	return {
		async stop() {
			clearInterval(timer);
			stopping.abort();
			await running;
		},
	};
}
