import type { AccountId } from "@countersign/core";
import { createAddressCounts } from "./address-attempts.ts";
import { type Attempts, createAttempts, createCount } from "./attempts.ts";
import type { NewRateLimiter } from "./ports.ts";

interface PasskeyAttempt {
	readonly address: string;
	/** Of whoever is signed in: the account, and the `idHash` of that browser session. Undefined of a sign-in. */
	readonly signedIn?: { readonly accountId: AccountId; readonly browser: string } | undefined;
}

/**
 * Wrong passkeys. Nobody guesses one; what is bounded is the work of looking at them, by address. People who are signed
 * in are counted by their browser alone: strangers behind their address must not keep them from what takes a proof.
 */
export function createPasskeyAttempts(newRateLimiter: NewRateLimiter): Attempts<PasskeyAttempt> {
	const placesOf = createAddressCounts({ name: "passkeys", points: 60, seconds: 60 }, newRateLimiter);
	const prompt = createCount({ name: "passkey prompt", points: 20, seconds: 60 }, newRateLimiter);
	return createAttempts(({ address, signedIn }) =>
		signedIn === undefined ? placesOf(address) : [[prompt, `${signedIn.accountId} ${signedIn.browser}`]],
	);
}
