import { createAddressCounts } from "./address-attempts.ts";
import { type Attempts, createAttempts, createCount } from "./attempts.ts";
import type { NewRateLimiter } from "./ports.ts";

interface RecoveryAttempt {
	/** From where it is asked. */
	readonly address: string;
	/** What was typed, of somebody or of nobody. */
	readonly typed: string;
}

/**
 * Letters with a link for a new password: strangers have them sent, so that few go to one mailbox and few come from one
 * network. Counted by what is typed, and the same whether anybody is meant by it.
 */
export function createRecoveryAttempts(newRateLimiter: NewRateLimiter): Attempts<RecoveryAttempt> {
	const from = createAddressCounts({ name: "recovery from", points: 20, seconds: 3600 }, newRateLimiter);
	const of = createCount({ name: "recovery of", points: 5, seconds: 3600 }, newRateLimiter);
	return createAttempts(({ address, typed }) => [...from(address), [of, typed]]);
}
