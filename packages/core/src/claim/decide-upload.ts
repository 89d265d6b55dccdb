import {
	checkUploadSignatures,
	type DeviceSigningUpload,
	errcodes,
	keysOf,
	type MatrixErrorBody,
	type Utf8,
	type VerifyEd25519,
} from "@countersign/protocol";
import type { NewKey, StoredIdentity } from "../ports.ts";

export type UploadVerdict =
	/** Would fail whatever a person says, so no person is asked. */
	| { readonly verdict: "refused"; readonly refusal: MatrixErrorBody }
	/** Every key given equals the stored one, or none is given and an identity is stored. */
	| { readonly verdict: "unchanged" }
	/** Nothing was stored: the first identity needs nobody's approval. */
	| { readonly verdict: "first"; readonly changes: readonly NewKey[]; readonly masterKey: string }
	| { readonly verdict: "needs-approval"; readonly changes: readonly NewKey[]; readonly masterKey: string };

/**
 * The verdict on an upload, from what it holds and what is stored. Signatures are checked before anybody is asked:
 * a person must never be sent to approve what will fail.
 *
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keysdevice_signingupload
 * @see https://github.com/matrix-org/matrix-spec-proposals/pull/3967
 */
export function decideUpload(input: {
	readonly upload: DeviceSigningUpload;
	readonly stored: StoredIdentity;
	readonly userId: string;
	readonly verify: VerifyEd25519;
	readonly utf8: Utf8;
}): UploadVerdict {
	const { upload, stored, userId, verify, utf8 } = input;
	const given = givenKeys(upload);
	const storedMaster = stored.master?.publicKey;
	const masterKey = upload.master?.publicKey ?? storedMaster;
	if (masterKey === undefined) {
		const error = given.length === 0 ? "No keys in the body" : "No master key available";
		return { verdict: "refused", refusal: { errcode: errcodes.missingParam, error } };
	}
	const signatures = checkUploadSignatures(upload, { storedMaster, userId, verify, utf8 });
	if (!signatures.ok) {
		return { verdict: "refused", refusal: signatures.refusal };
	}
	const changes = given.filter((key) => stored[key.slot]?.signed !== key.signed);
	if (changes.length === 0) {
		return { verdict: "unchanged" };
	}
	return { verdict: storedMaster === undefined ? "first" : "needs-approval", changes, masterKey };
}

function givenKeys(upload: DeviceSigningUpload): NewKey[] {
	return keysOf(upload).map(({ slot, key: { publicKey, signed, object } }) => {
		return { slot, publicKey, signed, object };
	});
}
