import { hash } from "node:crypto";

/** What is kept of a token, with or without spaces around it. */
export function tokenHash(token: string): string {
	return hash("sha256", token.trim(), "base64url");
}
