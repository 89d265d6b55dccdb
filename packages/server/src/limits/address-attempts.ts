import { type Attempts, createAttempts, createCount, type Limit } from "./attempts.ts";
import { networkOf } from "./network.ts";
import type { NewRateLimiter } from "./ports.ts";

/** So many attempts from one address within so many seconds of the first. */
export function createAddressAttempts(limit: Limit, newRateLimiter: NewRateLimiter): Attempts<string> {
	const count = createCount(limit, newRateLimiter);
	return createAttempts((address) => [[count, networkOf(address)]]);
}
