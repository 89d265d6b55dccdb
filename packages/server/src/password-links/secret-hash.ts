import { hash } from "node:crypto";

/** What is kept of the secret in a link's address, and of the token of the form that used it. */
export function secretHash(secret: string): string {
	return hash("sha256", secret, "base64url");
}
