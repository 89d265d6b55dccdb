import { createHmac } from "node:crypto";

/**
 * What binds the answer to the browser that asked: made of its cookie and of the state, and kept nowhere. Whoever reads
 * the database, or plants a code in another browser, has neither.
 */
export function secretsOf(cookie: string, state: string) {
	const made = (purpose: string) =>
		createHmac("sha256", cookie).update(`countersign ${purpose}\n${state}`).digest("base64url");
	return { nonce: made("nonce"), verifier: made("code verifier") };
}
