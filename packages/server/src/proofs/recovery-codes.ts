import { createHash } from "node:crypto";

/** How many there are at once. */
export const recoveryCodesAtOnce = 10;

const letters = "abcdefghjkmnpqrstuvwxyz23456789";
const length = 24;
/** The largest multiple of the number of letters in a byte: what lies above would favour the first letters. */
const fairBelow = 256 - (256 % letters.length);

/** Some 118 bits, in letters that nobody mistakes, in groups of four. */
export function newRecoveryCode(draw: (count: number) => Uint8Array): string {
	const drawn: string[] = [];
	while (drawn.length < length)
		for (const byte of draw(2 * length))
			if (byte < fairBelow && drawn.length < length) drawn.push(letters.charAt(byte % letters.length));
	return drawn.join("").replaceAll(/(.{4})(?=.)/g, "$1-");
}

/**
 * As it is kept. Nobody finds 112 bits or more by trying, so that it needs not be slow.
 * @see https://pages.nist.gov/800-63-4/sp800-63b.html#lookupsecret
 */
export function recoveryHash(accountId: string, typed: string): string {
	const code = typed.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
	return createHash("sha256").update(`countersign recovery code\n${accountId}\n${code}`).digest("base64url");
}
