import { decodeBase64, isCanonicalKey } from "./base64.ts";
import { canonicalJson, parseCanonical } from "./canonical-json.ts";
import { isRecord, member } from "./record.ts";

/** Ed25519 as of RFC 8032: 32-byte public key, 64-byte signature. Must answer false, not throw, for a bad point. */
export type VerifyEd25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** The UTF-8 bytes of a well-formed string. */
export type Utf8 = (text: string) => Uint8Array;

export interface SignatureCheck {
	readonly object: Readonly<Record<string, unknown>>;
	/** Whose entry under `signatures` is looked at. */
	readonly userId: string;
	/** The full id, algorithm included: `ed25519:...`. */
	readonly keyId: string;
	/** Canonical unpadded base64 of the key that must have signed. */
	readonly publicKey: string;
	readonly verify: VerifyEd25519;
	readonly utf8: Utf8;
}

/**
 * The canonical text a signature covers: every member but `signatures` and `unsigned`.
 * @throws CanonicalJsonError when the object has no canonical form
 * @see https://spec.matrix.org/v1.17/appendices/#signing-details
 */
export function bytesToSign(object: Readonly<Record<string, unknown>>): string {
	return canonicalJson(signedMembers(object));
}

/**
 * Whether exactly this key signed this object under exactly this user and key id. False for everything that is
 * missing, misspelt or not canonical; padding of the signature is tolerated.
 * @see https://spec.matrix.org/v1.17/appendices/#checking-for-a-signature
 */
export function checkSignature(check: SignatureCheck): boolean {
	const text = signatureText(check);
	const signature = text === undefined ? undefined : decodeSignature(text);
	const publicKey = isCanonicalKey(check.publicKey) ? decodeBase64(check.publicKey) : undefined;
	const signed = parseCanonical(signedMembers(check.object));
	if (signature === undefined || publicKey === undefined || !signed.ok) return false;
	return check.verify(publicKey, check.utf8(signed.value), signature);
}

/** 64 bytes, or undefined for anything that is not an ed25519 signature in base64, padded or not. */
export function decodeSignature(text: string): Uint8Array<ArrayBuffer> | undefined {
	const bytes = decodeBase64(text);
	return bytes?.length === 64 ? bytes : undefined;
}

function signatureText({ object, userId, keyId }: SignatureCheck): string | undefined {
	const signatures = member(object, "signatures");
	const own = isRecord(signatures) ? member(signatures, userId) : undefined;
	const text = isRecord(own) ? member(own, keyId) : undefined;
	return typeof text === "string" ? text : undefined;
}

/** `Object.fromEntries` defines members, so a sent `__proto__` stays a signed member instead of becoming the prototype. */
function signedMembers(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(object).filter(([name]) => name !== "signatures" && name !== "unsigned"),
	);
}
