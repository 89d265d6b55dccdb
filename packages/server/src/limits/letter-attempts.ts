import type { AccountId } from "@countersign/core";
import { type Attempts, createAttempts, createCount } from "./attempts.ts";
import type { NewRateLimiter } from "./ports.ts";

interface LetterAttempt {
	readonly accountId: AccountId;
	/** The key of the e-mail address. */
	readonly to: string;
}

/**
 * Letters that somebody signed in has sent to addresses that may be other people's: so that nobody's mailbox is filled
 * from here, whoever asks for it under however many names.
 */
export function createLetterAttempts(newRateLimiter: NewRateLimiter): Attempts<LetterAttempt> {
	const by = createCount({ name: "letters of", points: 10, seconds: 3600 }, newRateLimiter);
	const to = createCount({ name: "letters to", points: 5, seconds: 3600 }, newRateLimiter);
	return createAttempts((letter) => [
		[by, letter.accountId],
		[to, letter.to],
	]);
}
