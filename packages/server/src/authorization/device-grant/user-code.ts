import { hash } from "node:crypto";
import type { Random } from "../../config/ports.ts";

/** Eight letters without the hyphen, as they are hashed. */
export type UserCode = string & { readonly __brand: "UserCode" };

/** No vowels, so that no code is a word; no letters that look alike. RFC 8628 section 6.1. */
const alphabet = "BCDFGHJKLMNPQRSTVWXZ";
const length = 8;
const form = new RegExp(`^[${alphabet}]{${length}}$`);
/** Bytes above the last full round of the alphabet would make its first letters likelier. */
const fairBytes = 256 - (256 % alphabet.length);
const longestTyped = 64;

/** A new code: 34 bits, enough beside a limit on tries and a life of minutes. */
export function createUserCode(random: Random): UserCode {
	let code = "";
	while (code.length < length) {
		const fair = [...random.bytes(2 * length)].filter((byte) => byte < fairBytes);
		code += fair.map((byte) => alphabet.charAt(byte % alphabet.length)).join("");
	}
	return code.slice(0, length) as UserCode;
}

/** The code somebody typed or a link carried, whatever its case, spaces and hyphens. Undefined when it can be none. */
export function parseUserCode(typed: string): UserCode | undefined {
	if (typed.length > longestTyped) return undefined;
	const letters = typed
		.normalize("NFKC")
		.replaceAll(/[^\p{L}\p{N}]/gu, "")
		.toUpperCase();
	return form.test(letters) ? (letters as UserCode) : undefined;
}

/** As people read it: `BCDF-GHJK`. */
export function formatUserCode(code: UserCode): string {
	return `${code.slice(0, length / 2)}-${code.slice(length / 2)}`;
}

/** What is stored. Short enough to be searched, so it is no secret from who reads the database; it ends in minutes. */
export function userCodeHash(code: UserCode): string {
	return hash("sha256", `countersign user code\n${code}`, "base64url");
}
