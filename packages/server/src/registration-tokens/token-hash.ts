import { hash } from "node:crypto";
import { invisible } from "../identifiers/index.ts";

/** What is kept of a token, with or without spaces around it and what nobody sees, which comes along when it is copied. */
export function tokenHash(token: string): string {
	return hash("sha256", token.replaceAll(invisible, "").trim(), "base64url");
}
