import type { DeviceSigningUpload } from "@countersign/protocol";
import type { UploadedKeys } from "./reset-request.ts";

/** Cryptography comes in from outside; core holds none. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;
export type Utf8 = (text: string) => Uint8Array;

/** Told apart from every other hash this server makes, so that no other text can stand for a set of keys. */
const purpose = "countersign/device-signing-upload/1\n";

/**
 * What an approval is bound to, besides person and session: SHA-256 in lower-case hex over the canonical JSON of
 * the keys present, each exactly as it is signed. A key that is absent is absent from the text, so leaving one out
 * is another request. Signatures, `auth` and other members do not change it.
 */
export function requestDigest(upload: DeviceSigningUpload, sha256: Sha256, utf8: Utf8): string {
	const members = slots(upload).map(([name, key]) => `"${name}":${key.signed}`);
	const hash = sha256(utf8(`${purpose}{${members.join(",")}}`));
	return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The key objects as uploaded, under their wire names. */
export function uploadedKeys(upload: DeviceSigningUpload): UploadedKeys {
	return Object.fromEntries(slots(upload).map(([name, key]) => [name, key.object]));
}

/** The keys present in canonical order of their wire names. */
function slots(upload: DeviceSigningUpload) {
	const named = [
		["master_key", upload.master],
		["self_signing_key", upload.selfSigning],
		["user_signing_key", upload.userSigning],
	] as const;
	return named.flatMap(([name, key]) => (key === undefined ? [] : [[name, key] as const]));
}
