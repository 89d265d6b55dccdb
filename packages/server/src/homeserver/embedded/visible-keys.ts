import type { NamedUser } from "./local-users.ts";
import type { CrossSigningObject, JsonObject, KeySignature, StoredDeviceKeys } from "./ports.ts";
import { signaturesOf } from "./signatures.ts";

/** Whose key it is, who looks, and the signatures added to the owner's keys. */
export interface Look {
	readonly owner: NamedUser;
	readonly viewer: NamedUser;
	readonly added: readonly KeySignature[];
}

/**
 * A device's keys as the viewer may see them: the signatures of its owner, and the name.
 * @see https://spec.matrix.org/v1.17/client-server-api/#key-and-signature-security
 */
export function visibleDevice(keys: StoredDeviceKeys, look: Look): JsonObject {
	const shown = withSignatures(keys.object, keys.deviceId, look);
	if (keys.displayName === undefined) return shown;
	return { ...shown, unsigned: { device_display_name: keys.displayName } };
}

/**
 * A cross-signing key as the viewer may see it: the signatures of its owner, and the viewer's own. Whom other
 * people have verified is theirs to know.
 */
export function visibleKey(key: CrossSigningObject, look: Look): JsonObject {
	return withSignatures(key.object, key.publicKey, look);
}

function withSignatures(text: string, targetKey: string, { owner, viewer, added }: Look): JsonObject {
	const object: JsonObject = JSON.parse(text);
	const madeBy = (signer: NamedUser): JsonObject =>
		Object.fromEntries(
			added
				.filter((each) => each.targetKey === targetKey && each.signerAccountId === signer.accountId)
				.map((each) => [each.signerKeyId, each.signature]),
		);
	const isOwn = viewer.accountId === owner.accountId;
	const bySigner: (readonly [string, JsonObject])[] = [
		// Of what was uploaded with the key only the owner's: nobody has checked what it claims others to have signed.
		[owner.userId, { ...signaturesOf(object, owner.userId), ...madeBy(owner) }],
		[viewer.userId, isOwn ? {} : madeBy(viewer)],
	];
	const shown = bySigner.filter(([, signatures]) => Object.keys(signatures).length > 0);
	return { ...object, signatures: Object.fromEntries(shown) };
}
