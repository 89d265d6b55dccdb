import { checkSignature, isRecord, member, type Utf8, type VerifyEd25519 } from "@countersign/protocol";
import type { NewKey } from "./ports.ts";

/** Public ed25519 keys by key id, `ed25519:<device id or public key>`. */
export type Signers = ReadonlyMap<string, string>;

/**
 * The keys with those of their signatures that verify: by the person's devices over the master key, by the master key
 * over the others. Everybody is shown what is stored, so that a signature which nobody checked would be a claim in our
 * name.
 */
export function withGenuineSignatures(
	keys: readonly NewKey[],
	by: {
		readonly userId: string;
		readonly devices: Signers;
		readonly masterKey: string;
		readonly verify: VerifyEd25519;
		readonly utf8: Utf8;
	},
): readonly NewKey[] {
	const master: Signers = new Map([[`ed25519:${by.masterKey}`, by.masterKey]]);
	return keys.map((key) => {
		const signers = key.slot === "master" ? by.devices : master;
		return { ...key, object: withSignaturesOf(key.object, { ...by, signers }) };
	});
}

function withSignaturesOf(
	object: Readonly<Record<string, unknown>>,
	{
		userId,
		signers,
		verify,
		utf8,
	}: {
		readonly userId: string;
		readonly signers: Signers;
		readonly verify: VerifyEd25519;
		readonly utf8: Utf8;
	},
): Readonly<Record<string, unknown>> {
	const signatures = member(object, "signatures");
	const own = isRecord(signatures) ? member(signatures, userId) : undefined;
	const genuine = Object.entries(isRecord(own) ? own : {}).filter(([keyId]) => {
		const publicKey = signers.get(keyId);
		return publicKey !== undefined && checkSignature({ object, userId, keyId, publicKey, verify, utf8 });
	});
	const { signatures: _, ...members } = object;
	return genuine.length === 0
		? members
		: { ...members, signatures: { [userId]: Object.fromEntries(genuine) } };
}
