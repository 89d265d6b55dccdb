import type { Parsed } from "./parse.ts";
import { accept } from "./parse.ts";
import type { Utf8, VerifyEd25519 } from "./signed-json.ts";
import { parseUiaAuth, type UiaAuth } from "./uia.ts";

/** A cross-signing key object as sent, every member kept: all of them are signed. */
export interface CrossSigningKey {
	readonly user_id: string;
	readonly usage: readonly string[];
	/** Exactly one entry, `ed25519:<public key>` to the public key. */
	readonly keys: Readonly<Record<string, string>>;
	readonly signatures?: Readonly<Record<string, Readonly<Record<string, string>>>>;
	readonly [extra: string]: unknown;
}

export interface ParsedKey {
	/** As sent; an own copy that nobody else holds. */
	readonly object: CrossSigningKey;
	/** 43 characters of canonical unpadded base64. */
	readonly publicKey: string;
	/** The canonical text its signatures cover; two keys are the same key when these are equal. */
	readonly signed: string;
}

export interface DeviceSigningUpload {
	readonly master?: ParsedKey;
	readonly selfSigning?: ParsedKey;
	readonly userSigning?: ParsedKey;
	readonly auth: UiaAuth;
}

/**
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keysdevice_signingupload
 */
export function parseDeviceSigningUpload(body: unknown, _userId: string): Parsed<DeviceSigningUpload> {
	return accept({ auth: parseUiaAuth(body) });
}

export function checkUploadSignatures(
	_upload: DeviceSigningUpload,
	_check: {
		/** Public key of the stored master key, if the person has one. */
		readonly storedMaster?: string;
		readonly userId: string;
		readonly verify: VerifyEd25519;
		readonly utf8: Utf8;
	},
): Parsed<true> {
	return accept(true);
}

/** Whether both are the same key, signatures aside. A string is the `signed` text of a stored key. */
export function sameKey(a: ParsedKey | string, b: ParsedKey | string): boolean {
	const text = (key: ParsedKey | string) => (typeof key === "string" ? key : key.signed);
	return text(a) === text(b);
}
