/**
 * Jobs: what the server does without being asked.
 *
 * Owns when it happens, that a failing job is logged and tried again, and how it is stopped. Leaves to storage which
 * rows are dead, and to `docs/retention.md` why they are kept as long as they are.
 */
import type { Clock } from "../config/index.ts";
import type { Log } from "../log/index.ts";
import { cleanUp } from "./clean-up.ts";
import type { CleanUpStorage } from "./ports.ts";

export { cleanUp } from "./clean-up.ts";

const cleanUpEveryMs = 10 * 60_000;

export interface Jobs {
	/** Starts no further run and waits for the one under way. */
	stop(): Promise<void>;
}

/** Runs clean-up now and every ten minutes. */
export function startJobs(deps: {
	readonly storage: CleanUpStorage;
	readonly clock: Clock;
	readonly log: Log;
}): Jobs {
	const { storage, clock, log } = deps;
	let running: Promise<void> | undefined;

	async function run(): Promise<void> {
		try {
			const deleted = await cleanUp(storage, clock());
			if (Object.keys(deleted).length > 0) {
				log.info({ deleted }, "dead rows deleted");
			}
		} catch (err) {
			log.error({ err }, "clean-up failed; it will be tried again");
		}
		running = undefined;
	}

	const timer = setInterval(() => {
		running ??= run();
	}, cleanUpEveryMs);
	timer.unref();
	running = run();
	return {
		async stop() {
			clearInterval(timer);
			await running;
		},
	};
}
