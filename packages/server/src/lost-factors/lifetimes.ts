import { lossTakenWithinMs } from "../proofs/index.ts";
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
	/**
	 * So much later it ends at the most, whatever was refused: a client that was forgotten tries an old password for ever,
	 * and its owner shall not be kept out by it.
	 */
	prolongedMs: 14 * day,
	/** How long the letter is good that comes after it. */
	takeMs: lossTakenWithinMs,
	/** So old an address has to be: as long as the letters are heard that say it was added. */
	addressMs: 30 * day,
} as const;

/**
 * What is refused within a waiting time, of one account. So many codes end it: whoever lost everything types none, and
 * 20 of them keep a right one out of a sign-in for an hour. A password prolongs it, since anybody who knows the name can
 * type one: 50 keep everybody out for an hour, so that each is that much of an hour in which its person could object.
 */
export const lossRefusals = { codes: 20, passwordMs: 72_000 } as const;

/** When the waiting time of one is over at the earliest, as things are. */
export function endOfWait({
	begunAt,
	refused,
}: {
	readonly begunAt: number;
	readonly refused: number;
}): number {
	const { waitMs, prolongedMs } = lossLifetimes;
	return begunAt + waitMs + Math.min(refused * lossRefusals.passwordMs, prolongedMs);
}

export function momentOf(now: number): LossMoment {
	const { askedMs, againMs, waitMs, warnedMs, takeMs, addressMs, prolongedMs } = lossLifetimes;
	return {
		now,
		askedAfter: now - askedMs,
		askedBefore: now - againMs,
		warnBefore: now - (waitMs - warnedMs),
		endBefore: now - waitMs,
		warnedBefore: now - warnedMs,
		warnedLongBefore: now - 2 * warnedMs,
		toldAfter: now - takeMs,
		...{ addressMs, prolongedMs, passwordMs: lossRefusals.passwordMs },
	};
}
