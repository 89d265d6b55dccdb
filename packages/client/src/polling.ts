import type { Clock, Jitter, Sleep } from "./platform.ts";

/** The first look after a challenge: nobody reads a page and agrees faster. */
const firstLookMs = 3_000;

/** Later looks come 3 to 5 s apart; the spread keeps many waiting clients from marching in step. */
const laterLookMs = { least: 3_000, spread: 2_000 } as const;

/** Never closer together than this, however often `checkNow` is called: focus events come in bursts. */
const leastGapMs = 1_000;

/** What a {@link createPacer} needs. */
export interface PacerOptions {
	readonly now: Clock;
	readonly jitter: Jitter;
	readonly sleep: Sleep;
	readonly signal: AbortSignal;
	/** When waiting ends, in epoch milliseconds. */
	readonly deadlineAt: number;
	/** Whether to look again without being asked. */
	readonly automatic: boolean;
}

/** Decides when to look again. */
export interface Pacer {
	/** Ends the present wait, or shortens the next one, as far as the least gap and `Retry-After` let it. */
	checkNow(): void;
	/** Waits for the time of the next look. */
	untilNextLook(last: LastLook): Promise<Look>;
}

/**
 * Why it is time to look: by itself, or because `checkNow` was called. `expired`: no further look fits before the
 * deadline; the last look is at the deadline itself.
 */
export type Look = "look" | "asked" | "expired";

/** How the last look went. */
export type LastLook =
	| { readonly kind: "challenge"; readonly first: boolean }
	/** It failed for now; try again by ourselves, even where looks are not automatic. */
	| { readonly kind: "postponed"; readonly retryAfterMs: number | undefined };

/** @see PacerOptions */
export function createPacer({ now, jitter, sleep, signal, deadlineAt, automatic }: PacerOptions): Pacer {
	let asked = false;
	let wake = new AbortController();

	const sleepUntil = (at: number) => sleep(Math.max(0, at - now()), AbortSignal.any([wake.signal, signal]));

	const nextLookAt = (last: LastLook): number => {
		if (last.kind === "challenge" && !automatic) return deadlineAt;
		if (last.kind === "challenge" && last.first) return now() + firstLookMs;
		return now() + laterLookMs.least + laterLookMs.spread * jitter();
	};

	return {
		checkNow() {
			asked = true;
			wake.abort();
		},
		async untilNextLook(last) {
			if (now() >= deadlineAt) return "expired";
			const floorAt = now() + Math.max(leastGapMs, last.kind === "postponed" ? (last.retryAfterMs ?? 0) : 0);
			const lookAt = Math.min(Math.max(floorAt, nextLookAt(last)), deadlineAt);
			while (now() < lookAt && !signal.aborted) {
				const until = asked ? Math.min(floorAt, lookAt) : lookAt;
				if (now() >= until) break;
				wake = new AbortController();
				await sleepUntil(until);
			}
			const look = asked ? "asked" : "look";
			asked = false;
			return now() < floorAt && now() >= deadlineAt ? "expired" : look;
		},
	};
}
