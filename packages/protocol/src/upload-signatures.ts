import type { DeviceSigningUpload, ParsedKey } from "./device-signing.ts";
import { keysOf } from "./key-slots.ts";
import { errcodes } from "./matrix-error.ts";
import type { Parsed } from "./parse.ts";
import { accept, refuse } from "./parse.ts";
import type { Utf8, VerifyEd25519 } from "./signed-json.ts";
import { checkSignature, decodeSignature } from "./signed-json.ts";

export interface UploadSignatureCheck {
	/** Public key of the stored master key, if the person has one. */
	readonly storedMaster?: string | undefined;
	readonly userId: string;
	readonly verify: VerifyEd25519;
	readonly utf8: Utf8;
}

/**
 * Guarantees that self-signing and user-signing key are signed by the master key sent with them, else by the stored
 * one, and that every ed25519 signature in the body at least is one (64 bytes of base64). Signatures of devices on
 * the master key are optional and not verified: the device's keys may arrive later.
 *
 * Refuses with M_MISSING_PARAM when there is no master key in the request nor stored, even for a body without keys;
 * with M_INVALID_SIGNATURE otherwise.
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keysdevice_signingupload
 */
export function checkUploadSignatures(
	upload: DeviceSigningUpload,
	check: UploadSignatureCheck,
): Parsed<true> {
	const master = upload.master?.publicKey ?? check.storedMaster;
	if (master === undefined) return refuse(errcodes.missingParam, "No master key available");
	const keys = keysOf(upload);
	if (!keys.every(({ key }) => hasPlausibleSignatures(key)))
		return refuse(errcodes.invalidSignature, "A signature is not 64 bytes of base64");
	const unsigned = keys.find(({ slot, key }) => slot !== "master" && !isSignedBy(key, master, check));
	return unsigned === undefined
		? accept(true)
		: refuse(errcodes.invalidSignature, `${unsigned.name} is not signed by the master key`);
}

function isSignedBy(key: ParsedKey, master: string, { userId, verify, utf8 }: UploadSignatureCheck): boolean {
	const keyId = `ed25519:${master}`;
	return checkSignature({ object: key.object, userId, keyId, publicKey: master, verify, utf8 });
}

function hasPlausibleSignatures(key: ParsedKey): boolean {
	return Object.values(key.object.signatures ?? {})
		.flatMap((bySigner) => Object.entries(bySigner))
		.every(([keyId, signature]) => !keyId.startsWith("ed25519:") || decodeSignature(signature) !== undefined);
}
