import type { AccountId } from "@countersign/core";
import { type Attempts, createAttempts, createCount } from "./attempts.ts";
import type { NewRateLimiter } from "./ports.ts";

export interface PromptAttempt {
	readonly accountId: AccountId;
	/** `idHash` of the browser session in which the person is signed in. */
	readonly browser: string;
}

/**
 * Passwords of people who are signed in and prove to be still there, apart from sign-ins and by no address: a stranger
 * who knows a name uses up every sign-in under it, and must not keep its person from refusing, from changing the
 * password and from signing out everywhere. Who has stolen a browser session guesses 20 times an hour, and no more.
 */
export function createPromptAttempts(newRateLimiter: NewRateLimiter): Attempts<PromptAttempt> {
	const minute = createCount({ name: "prompt", points: 5, seconds: 60 }, newRateLimiter);
	const hour = createCount({ name: "prompts", points: 20, seconds: 3600 }, newRateLimiter);
	return createAttempts(({ accountId, browser }) => {
		const key = `${accountId} ${browser}`;
		return [
			[minute, key],
			[hour, key],
		];
	});
}
