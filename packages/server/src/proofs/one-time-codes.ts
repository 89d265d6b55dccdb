import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";

/** As every app that shows such codes has it. @see https://www.rfc-editor.org/rfc/rfc6238 */
const shape = { algorithm: "SHA1", digits: 6, period: 30 } as const;
const stepMs = shape.period * 1000;
/** Clocks of phones go wrong, and people type slowly. */
const drift = 1;

/** 160 bits, in base32: what an app is given. */
export function newSecret(bytes: Uint8Array): string {
	return new Secret({ buffer: new Uint8Array(bytes).buffer }).base32;
}

/** Where a QR code leads. @see https://github.com/google/google-authenticator/wiki/Key-Uri-Format */
export function secretAddress(
	secret: string,
	{ userId, issuer }: { userId: string; issuer: string },
): string {
	return new TOTP({ ...shape, secret, label: userId, issuer }).toString();
}

/** Which of the steps around now this code is of; undefined where it is of none. */
export function stepOf(secret: string, code: string, now: number): number | undefined {
	const totp = new TOTP({ ...shape, secret });
	const delta = totp.validate({ token: code, timestamp: now, window: drift });
	return delta === null ? undefined : Math.floor(now / stepMs) + delta;
}

/** What an app's secret is kept as: nobody reads it out of a table alone. */
export function sealSecret(key: Uint8Array, secret: string, accountId: string): string {
	const nonce = randomBytes(12);
	const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(accountId));
	const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
	return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url");
}

/** Throws where it was sealed under another key, or for another account. */
export function openSecret(key: Uint8Array, sealed: string, accountId: string): string {
	const bytes = Buffer.from(sealed, "base64url");
	const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12), { authTagLength: 16 })
		.setAAD(Buffer.from(accountId))
		.setAuthTag(bytes.subarray(12, 28));
	return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
}
