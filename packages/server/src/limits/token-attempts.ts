import { type Attempts, createAttempts, createCount } from "./attempts.ts";
import type { NewRateLimiter } from "./ports.ts";

/** Of our own nobody guesses one: 144 bits, in so many letters. */
const ownLength = 24;

/**
 * Registration tokens that are refused, from all addresses together. Only those that are shorter than our own, which
 * somebody once chose as a word: who tries many keeps nobody out who has one of ours.
 * @param bare what of it is compared: what nobody sees makes no word longer
 */
export function createTokenAttempts(
	newRateLimiter: NewRateLimiter,
	bare: (typed: string) => string,
): Attempts<string> {
	const hour = createCount({ name: "short tokens", points: 300, seconds: 3600 }, newRateLimiter);
	const day = createCount({ name: "short tokens day", points: 1000, seconds: 86_400 }, newRateLimiter);
	return createAttempts((token) =>
		bare(token).length >= ownLength
			? []
			: [
					[hour, "all"],
					[day, "all"],
				],
	);
}
