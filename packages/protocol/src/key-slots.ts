/**
 * The keys of a cross-signing identity: the slot, which is also the one usage of its key; the name on the wire; the
 * member of a parsed upload. In the canonical order of the wire names. Whoever goes through an identity goes through
 * this list: a key that one place forgets is a key that nobody approved.
 * @see https://spec.matrix.org/v1.17/client-server-api/#cross-signing
 */
export const keySlots = [
	{ slot: "master", name: "master_key", member: "master" },
	{ slot: "self_signing", name: "self_signing_key", member: "selfSigning" },
	{ slot: "user_signing", name: "user_signing_key", member: "userSigning" },
] as const;

type Slot = (typeof keySlots)[number];
export type KeySlot = Slot["slot"];
export type KeyName = Slot["name"];
export type KeyMember = Slot["member"];

/** A key of an upload, and which it is. */
interface KeyInSlot<Key> {
	readonly slot: KeySlot;
	readonly name: KeyName;
	readonly key: Key;
}

/** The keys that an upload holds, in canonical order of their wire names. */
export function keysOf<Key>(
	upload: {
		readonly [Member in KeyMember]?: Key;
	},
): readonly KeyInSlot<Key>[] {
	return keySlots.flatMap(({ slot, name, member }) => {
		const key = upload[member];
		return key === undefined ? [] : [{ slot, name, key }];
	});
}
