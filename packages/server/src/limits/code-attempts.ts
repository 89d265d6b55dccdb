import type { AccountId } from "@countersign/core";
import { type Attempts, createAttempts, createCount } from "./attempts.ts";
import type { NewRateLimiter } from "./ports.ts";

interface CodeAttempt {
	readonly accountId: AccountId;
	/** Where somebody is signed in: the `idHash` of that browser session. Undefined of a sign-in. */
	readonly browser?: string | undefined;
}

/**
 * One-time codes, of whoever knows the password: three of a million are right at any moment, and by these limits who
 * tries for a year finds one with a chance of one in fifteen. By account, wherever it is tried; people who are signed in
 * apart from sign-ins, by their browser: who knows the password must not keep its owner from changing it.
 */
export function createCodeAttempts(newRateLimiter: NewRateLimiter): Attempts<CodeAttempt> {
	const minute = createCount({ name: "code", points: 5, seconds: 60 }, newRateLimiter);
	const hour = createCount({ name: "codes", points: 20, seconds: 3600 }, newRateLimiter);
	const day = createCount({ name: "codes day", points: 60, seconds: 86_400 }, newRateLimiter);
	return createAttempts(({ accountId, browser = "" }) => {
		const key = `${accountId} ${browser}`;
		return [
			[minute, key],
			[hour, key],
			[day, key],
		];
	});
}

/**
 * Recovery codes: nobody guesses one (118 bits), so that the owner's way in stays open while somebody else tries codes of
 * the app. What is bounded is the work of comparing.
 */
export function createRecoveryCodeAttempts(newRateLimiter: NewRateLimiter): Attempts<AccountId> {
	const minute = createCount({ name: "recovery", points: 60, seconds: 60 }, newRateLimiter);
	return createAttempts((accountId) => [[minute, accountId]]);
}
