import type { VerifyEd25519 } from "@countersign/protocol";

/**
 * The same answers, each signature looked at once. An upload is weighed before its transaction, again within it, and
 * once more for what of it is stored; what its signatures are worth does not change meanwhile, and finding out costs
 * more than all else about it.
 *
 * Remembers whatever it was asked, so it is made for one request and dropped with it.
 */
export function verifyOnce(verify: VerifyEd25519): VerifyEd25519 {
	const known: { readonly asked: readonly Uint8Array[]; readonly verified: boolean }[] = [];
	return (publicKey, message, signature) => {
		// What differs soonest comes first.
		const asked = [signature, publicKey, message];
		const before = known.find((one) => one.asked.every((bytes, at) => isSame(bytes, asked[at])));
		if (before !== undefined) return before.verified;
		const verified = verify(publicKey, message, signature);
		known.push({ asked, verified });
		return verified;
	};
}

function isSame(one: Uint8Array, other: Uint8Array | undefined): boolean {
	return one.length === other?.length && one.every((byte, at) => byte === other[at]);
}
