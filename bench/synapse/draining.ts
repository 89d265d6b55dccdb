import { setTimeout } from "node:timers/promises";
import type { Storage } from "../../packages/server/src/storage/index.ts";

const lookEveryMs = 50;
const patienceMs = 600_000;

/** How the outbox became empty, by `performance.now()`. */
export interface Drained {
	/** When the first task was seen to be done. */
	readonly beganAt: number;
	/** When one in ten was left: the last of them wait longer, to be told twice. */
	readonly nearlyAt: number;
	readonly emptyAt: number;
}

/** Watches the outbox until nothing waits there. `onLook` is called each time it was looked at. */
export async function untilDrained(
	storage: Storage,
	tasks: number,
	onLook: () => void = () => {},
): Promise<Drained> {
	const until = performance.now() + patienceMs;
	let [beganAt, nearlyAt] = [Number.NaN, Number.NaN];
	while (performance.now() < until) {
		const { waiting, lastError } = await storage.read.homeserverTasks.overview();
		const now = performance.now();
		onLook();
		if (Number.isNaN(beganAt) && waiting < tasks) beganAt = now;
		if (Number.isNaN(nearlyAt) && waiting <= tasks / 10) nearlyAt = now;
		if (waiting === 0) return { beganAt, nearlyAt, emptyAt: now };
		if (now + lookEveryMs >= until) throw new Error(`${waiting} tasks still wait: ${lastError}`);
		await setTimeout(lookEveryMs);
	}
	throw new Error("unreachable");
}
