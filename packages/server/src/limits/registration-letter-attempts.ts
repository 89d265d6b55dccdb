import { createAddressCounts } from "./address-attempts.ts";
import { type Attempts, createAttempts, createCount } from "./attempts.ts";
import type { NewRateLimiter } from "./ports.ts";

interface RegistrationLetter {
	/** From where it is asked. */
	readonly address: string;
	/** The key of the e-mail address. */
	readonly to: string;
}

/**
 * Letters to who wants an account: strangers have them sent, so that few go to one address and few come from one network.
 * Five codes can be typed for each: by these limits who tries for a year finds one of an address that is not theirs with a
 * chance of one in fifty. What stands behind a `+` makes another address: whether it is another mailbox nobody knows here. Apart from the letters of people who are signed in, whom no stranger keeps from an address.
 */
export function createRegistrationLetterAttempts(
	newRateLimiter: NewRateLimiter,
): Attempts<RegistrationLetter> {
	const from = createAddressCounts(
		{ name: "registration letters from", points: 20, seconds: 3600 },
		newRateLimiter,
	);
	const to = createCount({ name: "registration letters to", points: 5, seconds: 3600 }, newRateLimiter);
	const day = createCount({ name: "registration letters day", points: 10, seconds: 86_400 }, newRateLimiter);
	return createAttempts((letter) => [...from(letter.address), [to, letter.to], [day, letter.to]]);
}
