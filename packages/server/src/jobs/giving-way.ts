import { performance } from "node:perf_hooks";
import timers from "node:timers/promises";

/** Several times what a bite takes on a usual disk: requests are to have most of the server also then. */
const pauseMs = 50;
/** Of a busy server the bites take a twenty-fifth, and their commits about as much again as is left to a twentieth. */
const timesAsLong = 24;
const longestMs = 1_000;
/** From here on somebody else would have had the time. */
const busyFrom = 0.5;
/** A pass of clean-up gives way for so long: dead rows may come quicker than a busy server lets them be deleted. */
export const patientMs = 3_600_000;

/** The share of the time since it was last asked in which this process had something to do. */
export type Utilization = () => number;

export function createUtilization(): Utilization {
	let before = performance.eventLoopUtilization();
	return () => {
		const now = performance.eventLoopUtilization();
		const { utilization } = performance.eventLoopUtilization(now, before);
		before = now;
		return utilization;
	};
}

/**
 * Leaves time to requests between two bites, of which the last took `tookMs`: fifty milliseconds, and as long as keeps
 * bites to a small share of the time, a second at most, where requests use them. Once a pass has taken an hour that ends,
 * so that it comes to its end in a time that depends on the number of rows alone.
 * @param stopping ends the pause
 */
export function createGivingWay(utilization: Utilization = createUtilization()) {
	const begunAt = performance.now();
	return async (tookMs: number, stopping: AbortSignal): Promise<void> => {
		utilization();
		await pause(pauseMs, stopping);
		if (utilization() < busyFrom || performance.now() - begunAt > patientMs) return;
		const restMs = Math.min(tookMs * timesAsLong, longestMs) - pauseMs;
		if (restMs > 0) await pause(restMs, stopping);
	};
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
	try {
		await timers.setTimeout(ms, undefined, { signal });
	} catch (error) {
		if (!signal.aborted) throw error;
	}
}
