import type { Clock, Sleep } from "../../src/index.ts";

/** Time that passes only while somebody sleeps, and waits for what people do meanwhile. */
export interface LivedTime {
	readonly now: Clock;
	readonly sleep: Sleep;
	/** Always the same, so that looks come at known times. */
	readonly jitter: () => number;
	/** Does something so many milliseconds from the start, while others sleep. */
	at(ms: number, deed: () => void | Promise<void>): void;
	elapsed(): number;
}

export function livedTime(): LivedTime {
	const startedAt = 1_700_000_000_000;
	let nowAt = startedAt;
	let planned: readonly { readonly at: number; readonly deed: () => void | Promise<void> }[] = [];
	return {
		now: () => nowAt,
		jitter: () => 0.9,
		elapsed: () => nowAt - startedAt,
		at(ms, deed) {
			planned = [...planned, { at: startedAt + ms, deed }].sort((one, other) => one.at - other.at);
		},
		async sleep(ms, signal) {
			const until = nowAt + ms;
			while (!signal.aborted) {
				const [next, ...rest] = planned;
				if (next === undefined || next.at > until) break;
				planned = rest;
				nowAt = Math.max(nowAt, next.at);
				await next.deed();
			}
			if (!signal.aborted) nowAt = until;
		},
	};
}
