import type { Clock, Sleep } from "../../src/index.ts";

/** Time that passes only while somebody sleeps. */
export interface VirtualTime {
	readonly now: Clock;
	readonly sleep: Sleep;
	/** Runs `action` when the time comes, in milliseconds from the start; during a sleep, as a click would. */
	at(ms: number, action: () => void): void;
	/** Milliseconds since the start. */
	elapsed(): number;
}

/** Starts at an arbitrary moment. */
export function virtualTime(): VirtualTime {
	const startedAt = 1_700_000_000_000;
	let nowAt = startedAt;
	let planned: readonly { readonly at: number; readonly action: () => void }[] = [];

	return {
		now: () => nowAt,
		elapsed: () => nowAt - startedAt,
		at(ms, action) {
			planned = [...planned, { at: startedAt + ms, action }].sort((a, b) => a.at - b.at);
		},
		async sleep(ms, signal) {
			const until = nowAt + ms;
			while (!signal.aborted) {
				const [next, ...rest] = planned;
				if (next === undefined || next.at > until) break;
				planned = rest;
				nowAt = Math.max(nowAt, next.at);
				next.action();
			}
			if (!signal.aborted) nowAt = until;
		},
	};
}
