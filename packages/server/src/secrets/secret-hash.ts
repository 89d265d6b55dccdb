import { hash } from "node:crypto";

/**
 * What is kept of a secret, in base64url: whoever reads the database has none of them. For those with at least 128 random
 * bits alone, which nobody finds by trying, so that no salt is needed.
 */
export function secretHash(secret: string): string {
	return hash("sha256", secret, "base64url");
}
