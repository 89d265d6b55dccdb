import { createHash, createPublicKey, verify } from "node:crypto";

/** What stands before the 32 bytes of an ed25519 key in its DER form. @see https://www.rfc-editor.org/rfc/rfc8410 */
const derPrefix = Buffer.from("302a300506032b6570032100", "hex");

/** Whether the key made this signature over this message. False, never a throw, for keys that are no point. */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	if (publicKey.length !== 32 || signature.length !== 64) return false;
	try {
		const key = createPublicKey({
			key: Buffer.concat([derPrefix, publicKey]),
			format: "der",
			type: "spki",
		});
		return verify(null, message, key, signature);
	} catch {
		return false;
	}
}

const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
	return encoder.encode(text);
}

export function sha256(bytes: Uint8Array): Uint8Array {
	return createHash("sha256").update(bytes).digest();
}
