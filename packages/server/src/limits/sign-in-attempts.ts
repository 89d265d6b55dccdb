import { createAddressCounts } from "./address-attempts.ts";
import { type Attempts, type Counted, createAttempts, createCount } from "./attempts.ts";
import { networksOf } from "./networks.ts";
import type { NewRateLimiter } from "./ports.ts";

export interface SignInAttempt {
	/** The name typed, whether or not it exists: strangers to this server are counted alike. */
	readonly localpart: string;
	readonly address: string;
}

/**
 * Passwords of people who want to sign in: per person and address against impatience, per person against guessing from
 * many addresses, per address against trying one password on many people.
 */
export function createSignInAttempts(newRateLimiter: NewRateLimiter): Attempts<SignInAttempt> {
	const ofPerson = createPersonCounts("", newRateLimiter);
	const placesOf = createAddressCounts({ name: "place", points: 60, seconds: 60 }, newRateLimiter);
	return createAttempts(({ localpart, address }) => [
		// First, so that one address cannot fill the memory with names it makes up.
		...placesOf(address),
		...ofPerson({ localpart, address }),
	]);
}

/**
 * The same for people who have several ways to be named, of all of them together: by the name of the account, however it
 * was found. Beside the one above, whose refusals are told; what this one refuses must look like a wrong password.
 */
export function createSharedSignInAttempts(newRateLimiter: NewRateLimiter): Attempts<SignInAttempt> {
	return createAttempts(createPersonCounts("shared ", newRateLimiter));
}

/**
 * Passwords that go to a directory, by the entry that they are tried at, from wherever and under whatever name: fewer than
 * directories take before they lock somebody out of everything, so that no stranger does that from here. In two hours that
 * meet it is nine at the most. What is refused here must look like a wrong password.
 */
export function createEntryAttempts(newRateLimiter: NewRateLimiter): Attempts<string> {
	const entry = createCount({ name: "directory", points: 5, seconds: 3600 }, newRateLimiter);
	return createAttempts((subject) => [[entry, subject]]);
}

function createPersonCounts(prefix: string, newRateLimiter: NewRateLimiter) {
	const pair = createCount({ name: `${prefix}pair`, points: 5, seconds: 60 }, newRateLimiter);
	const person = createCount({ name: `${prefix}person`, points: 50, seconds: 3600 }, newRateLimiter);
	return ({ localpart, address }: SignInAttempt): readonly Counted[] => [
		[pair, `${networksOf(address)[0]?.key} ${localpart}`],
		[person, localpart],
	];
}
