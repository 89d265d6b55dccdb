/** A PKCE pair. Keep the verifier out of URLs and logs, and forget it after the exchange. @see RFC 7636 */
export interface Pkce {
	/** 43 characters, 256 random bits. */
	readonly verifier: string;
	/** base64url of SHA-256 of the verifier; method S256. */
	readonly challenge: string;
}

/**
 * Makes a fresh PKCE pair, for one sign-in.
 *
 * Needs `crypto.subtle`, which browsers offer to secure contexts only (https, or http on localhost).
 *
 * @see RFC 7636 sections 4.1, 4.2
 */
export async function createPkce(): Promise<Pkce> {
	const verifier = randomText();
	return { verifier, challenge: await challengeOf(verifier) };
}

/** The S256 challenge of a verifier. @see RFC 7636 section 4.2 */
export async function challengeOf(verifier: string): Promise<string> {
	const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
	return base64Url(new Uint8Array(hash));
}

/** A `state` nobody can guess, for one sign-in: 43 characters, 256 random bits. */
export function createState(): string {
	return randomText();
}

/**
 * A new device id: 16 characters of `A-Z a-z 0-9 - _`, 96 random bits, so that no two sign-ins adopt each other's
 * device by accident.
 *
 * @see Matrix specification v1.17, Client-Server API, "Device ID allocation"
 */
export function createDeviceId(): string {
	return base64Url(crypto.getRandomValues(new Uint8Array(12)));
}

function randomText(): string {
	return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64Url(bytes: Uint8Array): string {
	const text = btoa(String.fromCharCode(...bytes));
	return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
