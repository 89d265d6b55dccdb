/** So often in a row may a worker fail to start; then something is wrong that starting again does not mend. */
const mostFailures = 5;
const firstPauseMs = 100;
const longestPauseMs = 2_000;
/** Who served as long did not end of what the one before ended of. */
const steadyMs = 10_000;

interface Ended {
	/** How long it had served; undefined: it never came to it. */
	readonly servedMs: number | undefined;
	/** Whether what kept it from starting passes by itself, and others serve meanwhile. */
	readonly mayPass: boolean;
}

type Next = { readonly again: true; readonly afterMs: number } | { readonly again: false };

/**
 * Decides about the place of one worker. One that served is always replaced, after a pause that grows while one ends
 * soon after the other: 0.1 to 2 s. Five in a row that never served are enough.
 */
export function createRestarts(): { ended(how: Ended): Next } {
	let [failures, quick] = [0, 0];
	return {
		ended({ servedMs, mayPass }) {
			quick = servedMs !== undefined && servedMs >= steadyMs ? 1 : quick + 1;
			if (servedMs !== undefined) failures = 0;
			else if (!mayPass) failures += 1;
			if (failures >= mostFailures) return { again: false };
			return { again: true, afterMs: Math.min(firstPauseMs * 2 ** (quick - 1), longestPauseMs) };
		},
	};
}
