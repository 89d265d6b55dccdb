import type { HomeserverTask } from "./ports.ts";

/** What an app had under way when it was signed out has arrived by then. */
const soonMs = 2_500;
/** Synapse takes a token for two minutes after it last asked, and what it took may be under way for some time more. */
const lastMs = 150_000;

/**
 * When Synapse, which has just done a task, is to do it once more; undefined: never. An upload of keys that it let in
 * before a device was removed makes the device anew, and then its token is good again while Synapse remembers it. So a
 * removal is told soon after the first time, and when there is nothing left to remember.
 */
export function repeatAt(
	{ telling, createdAt, isRepeat }: Pick<HomeserverTask, "telling" | "createdAt" | "isRepeat">,
	now: number,
): number | undefined {
	if (telling?.kind !== "delete-device") return undefined;
	const leftMs = createdAt + lastMs - now;
	if (leftMs <= 0) return undefined;
	// More than all of it is left where the clock was put back: two times have to do.
	if (isRepeat) return leftMs > lastMs ? undefined : now + leftMs;
	return now + Math.min(soonMs, leftMs);
}
