import type { LossMoment } from "./ports.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

/** In milliseconds. Not settings: how weak this way in is, is one thing for every server. */
export const lossLifetimes = {
	/** How long the letter that begins it is good. */
	askedMs: day,
	/** Whoever asks again within that is sent nothing more. */
	againMs: minute,
	/** As long as somebody may be away; as long as what a thief added goes again by a letter (decision 97). */
	waitMs: 7 * day,
	/** So long before the end the person is told again. */
	warnedMs: day,
	/** How long the letter is good that comes after it. */
	takeMs: 7 * day,
	/** So old an address has to be: as long as the letters are heard that say it was added. */
	addressMs: 30 * day,
} as const;

/**
 * Refused within a waiting time, of one account: so many, and somebody guesses. Whoever lost everything types no codes;
 * 20 of them are what keeps a right one out of a sign-in for an hour, and 300 passwords what keeps everybody out for six.
 */
export const lossRefusals = { codes: 20, passwords: 300 } as const;

export function momentOf(now: number): LossMoment {
	const { askedMs, againMs, waitMs, warnedMs, takeMs, addressMs } = lossLifetimes;
	return {
		now,
		askedAfter: now - askedMs,
		askedBefore: now - againMs,
		warnBefore: now - (waitMs - warnedMs),
		endBefore: now - waitMs,
		warnedBefore: now - warnedMs,
		toldAfter: now - takeMs,
		addressMs,
	};
}
