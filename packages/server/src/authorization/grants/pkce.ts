import { hash, timingSafeEqual } from "node:crypto";

const verifierForm = /^[A-Za-z0-9\-._~]{43,128}$/;

/** @see https://www.rfc-editor.org/rfc/rfc7636#section-4.1 */
export function isVerifier(text: string): boolean {
	return verifierForm.test(text);
}

/** S256, the only method there is here. @see https://www.rfc-editor.org/rfc/rfc7636#section-4.6 */
export function answersChallenge(verifier: string, challenge: string): boolean {
	const expected = Buffer.from(challenge);
	const presented = Buffer.from(hash("sha256", verifier, "base64url"));
	return expected.length === presented.length && timingSafeEqual(expected, presented);
}
