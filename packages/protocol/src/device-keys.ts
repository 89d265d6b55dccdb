import { isCanonicalKey } from "./base64.ts";
import { errcodes } from "./matrix-error.ts";
import type { Parsed, Refused } from "./parse.ts";
import { accept, refuse } from "./parse.ts";
import { isStringArray, isStringRecord, member } from "./record.ts";
import type { Utf8, VerifyEd25519 } from "./signed-json.ts";
import { checkSignature } from "./signed-json.ts";
import { parseSignedObject } from "./signed-object.ts";

/**
 * The `device_keys` of `POST /keys/upload`, every member kept: all of them are signed.
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keysupload
 */
export interface DeviceKeys {
	readonly user_id: string;
	readonly device_id: string;
	readonly algorithms: readonly string[];
	/** `<algorithm>:<device id>` to the public key; `ed25519` is always there. */
	readonly keys: Readonly<Record<string, string>>;
	/** User to key id to signature. */
	readonly signatures: Readonly<Record<string, Readonly<Record<string, string>>>>;
	readonly [extra: string]: unknown;
}

/** The two halves of a one-time or fallback key's id. */
export interface OneTimeKeyId {
	readonly algorithm: string;
	readonly keyId: string;
}

/**
 * Guarantees the shape, that user and device are the token's, that every key id names this device, and that ed25519
 * and curve25519 keys are 32 bytes of canonical unpadded base64. The signature is the next step:
 * {@link checkDeviceKeySignature}. Refuses with M_BAD_JSON, for the keys themselves with M_INVALID_PARAM.
 * @see https://spec.matrix.org/v1.17/client-server-api/#device-keys
 */
export function parseDeviceKeys(
	value: unknown,
	owner: { readonly userId: string; readonly deviceId: string },
): Parsed<DeviceKeys> {
	const object = parseSignedObject(value, "device_keys");
	if (!object.ok) return object;
	const read = (name: string) => member(object.value, name);
	const keys = read("keys");
	if (read("user_id") !== owner.userId || read("device_id") !== owner.deviceId)
		return refuse(errcodes.badJson, "device_keys must name the user and device of this request");
	if (!isStringArray(read("algorithms")))
		return refuse(errcodes.badJson, "device_keys.algorithms must be an array of strings");
	if (!isStringRecord(keys)) return refuse(errcodes.badJson, "device_keys.keys must map key ids to strings");
	if (read("signatures") === undefined) return refuse(errcodes.badJson, "device_keys.signatures is missing");
	return checkKeys(keys, owner.deviceId) ?? accept(object.value as DeviceKeys);
}

/**
 * Whether the device signed its own keys. Without this anybody on the way could swap the key that messages are
 * encrypted to. Refuses with M_INVALID_SIGNATURE.
 * @see https://spec.matrix.org/v1.17/client-server-api/#device-keys
 */
export function checkDeviceKeySignature(
	keys: DeviceKeys,
	{ verify, utf8 }: { readonly verify: VerifyEd25519; readonly utf8: Utf8 },
): Parsed<true> {
	const keyId = `ed25519:${keys.device_id}`;
	const publicKey = member(keys.keys, keyId);
	const signed =
		typeof publicKey === "string" &&
		checkSignature({ object: keys, userId: keys.user_id, keyId, publicKey, verify, utf8 });
	return signed
		? accept(true)
		: refuse(errcodes.invalidSignature, "device_keys is not signed by its own device");
}

/**
 * Reads `algorithm:id`, split at the first colon. Refuses with M_BAD_JSON.
 * @see https://spec.matrix.org/v1.17/client-server-api/#one-time-keys
 */
export function parseOneTimeKeyId(id: string): Parsed<OneTimeKeyId> {
	const match = /^([A-Za-z0-9._-]{1,255}):([\x21-\x7e]{1,255})$/.exec(id);
	const [, algorithm, keyId] = match ?? [];
	if (algorithm === undefined || keyId === undefined)
		return refuse(errcodes.badJson, "Key ids have the form algorithm:id");
	return accept({ algorithm, keyId });
}

function checkKeys(keys: Readonly<Record<string, string>>, deviceId: string): Refused | undefined {
	if (!Object.hasOwn(keys, `ed25519:${deviceId}`))
		return refuse(errcodes.invalidParam, "device_keys.keys must hold the device's ed25519 key");
	for (const [keyId, publicKey] of Object.entries(keys)) {
		const algorithm = keyId.slice(0, Math.max(keyId.indexOf(":"), 0));
		if (algorithm === "" || keyId !== `${algorithm}:${deviceId}`)
			return refuse(errcodes.invalidParam, "device_keys.keys must be named algorithm:device");
		if ((algorithm === "ed25519" || algorithm === "curve25519") && !isCanonicalKey(publicKey))
			return refuse(errcodes.invalidParam, `The ${algorithm} key must be 32 bytes of unpadded base64`);
	}
	return undefined;
}
