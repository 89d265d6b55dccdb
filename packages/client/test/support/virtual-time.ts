import type { Clock, Jitter, Sleep } from "../../src/index.ts";

/** Time that passes only while somebody sleeps, and waits for what people do meanwhile. */
export interface VirtualTime {
	readonly now: Clock;
	readonly sleep: Sleep;
	/** Always the same, so that looks come at known times. */
	readonly jitter: Jitter;
	/** Does something when the time comes, in milliseconds from the start; during a sleep, as a click would. */
	at(ms: number, deed: () => void | Promise<void>): void;
	/** Milliseconds since the start. */
	elapsed(): number;
}

/** Starts at an arbitrary moment. */
export function virtualTime(): VirtualTime {
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
