import { setTimeout } from "node:timers/promises";
import type { Storage } from "../../packages/server/src/storage/index.ts";

const lookEveryMs = 50;
const patienceMs = 600_000;

/** How the outbox became empty, by `performance.now()`. */
export interface Drained {
	/** When the first task was seen to be done. */
	readonly beganAt: number;
	/** When half of them were left. The last may wait longer, to be told twice. */
	readonly halfAt: number;
	readonly emptyAt: number;
}

/** Watches the outbox until nothing waits there. `onLook` is called each time it was looked at. */
export async function untilDrained(
	storage: Storage,
	tasks: number,
	onLook: () => void = () => {},
): Promise<Drained> {
	const until = performance.now() + patienceMs;
	let [beganAt, halfAt] = [Number.NaN, Number.NaN];
	while (performance.now() < until) {
		const { waiting, lastError } = await storage.read.homeserverTasks.overview();
		const now = performance.now();
		onLook();
		if (Number.isNaN(beganAt) && waiting < tasks) beganAt = now;
		if (Number.isNaN(halfAt) && waiting <= tasks / 2) halfAt = now;
		if (waiting === 0) return { beganAt, halfAt, emptyAt: now };
		if (now + lookEveryMs >= until) throw new Error(`${waiting} tasks still wait: ${lastError}`);
		await setTimeout(lookEveryMs);
	}
	throw new Error("unreachable");
}
