import { hash } from "node:crypto";
import { invisible } from "../identifiers/index.ts";

/** A token without spaces around it and what nobody sees, which comes along when it is copied. */
export function bareToken(typed: string): string {
	return typed.replaceAll(invisible, "").trim();
}

/** What is kept of a token, however it was copied. */
export function tokenHash(token: string): string {
	return hash("sha256", bareToken(token), "base64url");
}
