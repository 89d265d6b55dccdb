import { hash, verify } from "@node-rs/argon2";

/** Bounds of a password after NFKC. Long enough resists guessing; longer ones would only cost time to hash. */
export const passwordBytes = { min: 10, max: 1024 } as const;

/** How passwords are kept: slow, salted, in a text that names its own parameters. */
export interface Passwords {
	hash(password: string): Promise<string>;
	verify(hash: string, password: string): Promise<boolean>;
}

/** OWASP's minimum for argon2id (the library's default algorithm): 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** argon2id, off the main thread. @see https://www.rfc-editor.org/rfc/rfc9106 */
export function createPasswords(): Passwords {
	return {
		hash: (password) => hash(password, cost),
		verify: (known, password) => verify(known, password),
	};
}

export type PasswordText =
	| { readonly ok: true; readonly password: string }
	| { readonly ok: false; readonly reason: "password-too-short" | "password-too-long" };

/**
 * One text per password: the same characters typed on another keyboard or system are composed differently, NFKC
 * makes them equal. Refuses what is outside of `passwordBytes`; asks for nothing else.
 * @see https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver
 */
export function parsePassword(typed: string): PasswordText {
	if (typed.length > passwordBytes.max) return { ok: false, reason: "password-too-long" };
	const password = typed.normalize("NFKC");
	const bytes = Buffer.byteLength(password);
	if (bytes > passwordBytes.max) return { ok: false, reason: "password-too-long" };
	return bytes < passwordBytes.min ? { ok: false, reason: "password-too-short" } : { ok: true, password };
}
