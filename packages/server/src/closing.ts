import type { Log } from "./log/index.ts";

/** Something that is open, and how it is let go of. */
export interface Opened {
	/** Its name in the log. */
	readonly what: string;
	/** How long after the beginning of the stop it is given up. */
	readonly withinMs: number;
	/** Is not waited for any longer once `giveUp` says so, and has to let go of everything then. */
	close(giveUp: AbortSignal): Promise<void>;
}

/**
 * Closes all of it, by the time each has: those with the same time side by side, before those with more. What does
 * not end in its time, or fails, is named in the log. Returns whether everything came to its end.
 */
export async function closeAll(opened: readonly Opened[], log: Pick<Log, "error">): Promise<boolean> {
	const begunAt = performance.now();
	const times = [...new Set(opened.map(({ withinMs }) => withinMs))].toSorted((a, b) => a - b);
	let isComplete = true;
	for (const time of times) {
		const leftMs = Math.max(0, begunAt + time - performance.now());
		const together = opened.filter(({ withinMs }) => withinMs === time);
		const ends = await Promise.all(together.map((one) => closeOne(one, leftMs, log)));
		isComplete &&= ends.every((isClosed) => isClosed);
	}
	return isComplete;
}

async function closeOne({ what, close }: Opened, leftMs: number, log: Pick<Log, "error">): Promise<boolean> {
	const giveUp = new AbortController();
	const timer = setTimeout(() => giveUp.abort(), leftMs);
	const givenUp = new Promise<false>((resolve) => {
		giveUp.signal.addEventListener("abort", () => resolve(false));
	});
	try {
		const isClosed = await Promise.race([close(giveUp.signal).then(() => true), givenUp]);
		if (!isClosed) log.error({ what }, "given up at the stop: it did not end in time");
		return isClosed;
	} catch (err) {
		log.error({ what, err }, "failed at the stop");
		return false;
	} finally {
		clearTimeout(timer);
	}
}
