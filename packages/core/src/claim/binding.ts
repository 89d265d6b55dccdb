import { type DeviceSigningUpload, keysOf, type Utf8 } from "@countersign/protocol";
import type { UploadedKeys } from "./reset-request.ts";

/** Cryptography comes in from outside; core holds none. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** Told apart from every other hash this server makes, so that no other text can stand for a set of keys. */
const purpose = "countersign/device-signing-upload/1\n";

/**
 * What an approval is bound to, besides person and session: SHA-256 in lower-case hex over the canonical JSON of
 * the keys present, each exactly as it is signed. A key that is absent is absent from the text, so leaving one out
 * is another request. Signatures, `auth` and other members do not change it.
 */
export function requestDigest(upload: DeviceSigningUpload, sha256: Sha256, utf8: Utf8): string {
	const members = keysOf(upload).map(({ name, key }) => `"${name}":${key.signed}`);
	const hash = sha256(utf8(`${purpose}{${members.join(",")}}`));
	return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The key objects as uploaded, under their wire names. */
export function uploadedKeys(upload: DeviceSigningUpload): UploadedKeys {
	return Object.fromEntries(keysOf(upload).map(({ name, key }) => [name, key.object]));
}
