import { isCanonicalKey } from "./base64.ts";
import { type KeyMember, type KeyName, type KeySlot, keySlots, keysOf } from "./key-slots.ts";
import { errcodes } from "./matrix-error.ts";
import type { Parsed } from "./parse.ts";
import { accept, refuse } from "./parse.ts";
import { isRecord, isStringArray, isStringRecord, member } from "./record.ts";
import { bytesToSign } from "./signed-json.ts";
import { parseSignedObject } from "./signed-object.ts";
import type { UiaAuth } from "./uia.ts";
import { parseUiaAuth } from "./uia.ts";

/**
 * A cross-signing key object as sent, every member kept: all of them are signed.
 * @see https://spec.matrix.org/v1.17/client-server-api/#cross-signing
 */
interface CrossSigningKey {
	readonly user_id: string;
	/** Exactly one value, the slot's. */
	readonly usage: readonly string[];
	/** Exactly one entry, `ed25519:<public key>` to the public key. */
	readonly keys: Readonly<Record<string, string>>;
	/** User to key id to signature. */
	readonly signatures?: Readonly<Record<string, Readonly<Record<string, string>>>>;
	readonly [extra: string]: unknown;
}

export interface ParsedKey {
	/** As sent, members in canonical order; an own copy that nobody else holds. */
	readonly object: CrossSigningKey;
	/** 43 characters of canonical unpadded base64. */
	readonly publicKey: string;
	/** The canonical text its signatures cover; two keys are the same key when these are equal. */
	readonly signed: string;
}

/** A body of `keys/device_signing/upload`, understood; signatures not yet checked. */
export interface DeviceSigningUpload extends Readonly<Partial<Record<KeyMember, ParsedKey>>> {
	readonly auth: UiaAuth;
}

/** The key's member in the body, and the slot: the one usage that it must have. */
interface Slot {
	readonly name: KeyName;
	readonly slot: KeySlot;
}

/**
 * Strict in everything that is signed or stored, so that no one is asked to approve what must fail later; unknown
 * members beside the keys are ignored, and `auth` is read tolerantly. A body without any key is accepted: what it
 * means depends on what is stored.
 *
 * Refuses with M_BAD_JSON wrong types, nulls and what has no canonical form; with M_INVALID_PARAM another person's
 * `user_id`, a usage that is not exactly the slot's, anything but one `ed25519` key whose id equals its value in
 * canonical unpadded base64, and one public key in two slots.
 * @param userId of the person whose token came with the request
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keysdevice_signingupload
 */
export function parseDeviceSigningUpload(body: unknown, userId: string): Parsed<DeviceSigningUpload> {
	if (!isRecord(body)) return refuse(errcodes.badJson, "Content must be a JSON object");
	const keys: Partial<Record<KeyMember, ParsedKey>> = {};
	for (const slot of keySlots) {
		const key = parseSlot(body, slot, userId);
		if (!key.ok) return key;
		if (key.value !== undefined) keys[slot.member] = key.value;
	}
	const publicKeys = keysOf(keys).map(({ key }) => key.publicKey);
	if (new Set(publicKeys).size !== publicKeys.length)
		return refuse(errcodes.invalidParam, "One public key cannot have two usages");
	return accept({ ...keys, auth: parseUiaAuth(member(body, "auth")) });
}

function parseSlot(
	body: Readonly<Record<string, unknown>>,
	slot: Slot,
	userId: string,
): Parsed<ParsedKey | undefined> {
	const value = member(body, slot.name);
	if (value === undefined) return accept(undefined);
	const object = parseSignedObject(value, slot.name);
	if (!object.ok) return object;
	return parseKey(object.value, slot, userId);
}

function parseKey(object: Record<string, unknown>, slot: Slot, userId: string): Parsed<ParsedKey> {
	const [owner, usage, keys] = [member(object, "user_id"), member(object, "usage"), member(object, "keys")];
	if (typeof owner !== "string") return refuse(errcodes.badJson, `${slot.name}.user_id must be a string`);
	if (!isStringArray(usage))
		return refuse(errcodes.badJson, `${slot.name}.usage must be an array of strings`);
	if (!isStringRecord(keys)) return refuse(errcodes.badJson, `${slot.name}.keys must map key ids to strings`);
	if (owner !== userId)
		return refuse(errcodes.invalidParam, `${slot.name}.user_id is not the user of this request`);
	if (usage.length !== 1 || usage[0] !== slot.slot)
		return refuse(errcodes.invalidParam, `${slot.name}.usage must be exactly ["${slot.slot}"]`);
	const publicKey = publicKeyOf(keys, slot);
	if (!publicKey.ok) return publicKey;
	return accept({
		object: object as CrossSigningKey,
		publicKey: publicKey.value,
		signed: bytesToSign(object),
	});
}

/**
 * One key, one spelling: clients verify by the key id and homeservers index by it, so an id that differs from its
 * value would show people one key and let another one sign.
 */
function publicKeyOf(keys: Readonly<Record<string, string>>, slot: Slot): Parsed<string> {
	const [entry, ...more] = Object.entries(keys);
	if (entry === undefined || more.length > 0)
		return refuse(errcodes.invalidParam, `${slot.name}.keys must have exactly one entry`);
	const [keyId, publicKey] = entry;
	if (!keyId.startsWith("ed25519:"))
		return refuse(errcodes.invalidParam, `${slot.name}.keys must hold an ed25519 key`);
	if (!isCanonicalKey(publicKey))
		return refuse(errcodes.invalidParam, `${slot.name}.keys must hold 32 bytes of unpadded base64`);
	if (keyId !== `ed25519:${publicKey}`)
		return refuse(errcodes.invalidParam, `${slot.name}.keys must have the public key as its key id`);
	return accept(publicKey);
}
