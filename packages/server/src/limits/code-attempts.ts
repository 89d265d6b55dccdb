import type { AccountId } from "@countersign/core";
import { type Attempts, createAttempts, createCount } from "./attempts.ts";
import type { NewRateLimiter } from "./ports.ts";

/**
 * One-time codes and recovery codes, of whoever knows the password: three of a million are right at any moment, and by
 * these limits who tries for a year finds one with a chance of one in fifteen. By account, wherever it is tried.
 */
export function createCodeAttempts(newRateLimiter: NewRateLimiter): Attempts<AccountId> {
	const minute = createCount({ name: "code", points: 5, seconds: 60 }, newRateLimiter);
	const hour = createCount({ name: "codes", points: 20, seconds: 3600 }, newRateLimiter);
	const day = createCount({ name: "codes day", points: 60, seconds: 86_400 }, newRateLimiter);
	return createAttempts((accountId) => [
		[minute, accountId],
		[hour, accountId],
		[day, accountId],
	]);
}
