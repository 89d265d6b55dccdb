import type { AccountId } from "@countersign/core";
import { createAddressCounts } from "./address-attempts.ts";
import { type Attempts, createAttempts, createCount } from "./attempts.ts";
import type { NewRateLimiter } from "./ports.ts";

interface LossAttempt {
	readonly accountId: AccountId;
	/** From where it is asked. */
	readonly address: string;
}

/** Letters by which who lost every second factor gets back: whoever knows the password has them sent. */
export function createLossAttempts(newRateLimiter: NewRateLimiter): Attempts<LossAttempt> {
	const from = createAddressCounts({ name: "losses from", points: 20, seconds: 3600 }, newRateLimiter);
	const of = createCount({ name: "losses of", points: 5, seconds: 86_400 }, newRateLimiter);
	return createAttempts(({ address, accountId }) => [...from(address), [of, accountId]]);
}
