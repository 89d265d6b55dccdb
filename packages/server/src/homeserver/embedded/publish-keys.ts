import {
	accept,
	bytesToSign,
	checkDeviceKeySignature,
	checkSignature,
	type DeviceId,
	type DeviceKeys,
	errcodes,
	member,
	type Parsed,
	parseDeviceKeys,
} from "@countersign/protocol";
import { utf8, verifyEd25519 } from "../../device-signing/index.ts";
import { matrixError } from "../../matrix-api/index.ts";
import { parseFallbackKeys, parseOneTimeKeys } from "./counted-keys.ts";
import type { CountedKey, DeviceAddress, JsonObject, KeysUnit } from "./ports.ts";
import { quotas } from "./quotas.ts";
import { signatureIn } from "./signatures.ts";

/** The device whose keys are published. */
export interface PublishingDevice extends DeviceAddress {
	readonly userId: string;
}

/** What a device publishes, understood; the device has signed its own keys. */
export interface KeyUpload {
	readonly deviceKeys: DeviceKeys | undefined;
	readonly oneTimeKeys: readonly CountedKey[];
	readonly fallbackKeys: readonly CountedKey[];
}

/**
 * Reads `device_keys`, `one_time_keys` and `fallback_keys`, each of which may be absent. Guarantees that the keys are
 * this device's and signed by itself. Refuses with M_BAD_JSON, M_INVALID_PARAM or M_INVALID_SIGNATURE.
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keysupload
 */
export function parseKeyUpload(
	body: JsonObject,
	device: { readonly userId: string; readonly deviceId: DeviceId },
): Parsed<KeyUpload> {
	const oneTimeKeys = parseOneTimeKeys(member(body, "one_time_keys"));
	if (!oneTimeKeys.ok) return oneTimeKeys;
	const fallbackKeys = parseFallbackKeys(member(body, "fallback_keys"));
	if (!fallbackKeys.ok) return fallbackKeys;
	const deviceKeys = parseOwnKeys(member(body, "device_keys"), device);
	if (!deviceKeys.ok) return deviceKeys;
	return accept({
		deviceKeys: deviceKeys.value,
		oneTimeKeys: oneTimeKeys.value,
		fallbackKeys: fallbackKeys.value,
	});
}

function parseOwnKeys(
	value: unknown,
	device: { readonly userId: string; readonly deviceId: DeviceId },
): Parsed<DeviceKeys | undefined> {
	if (value === undefined) return accept(undefined);
	const keys = parseDeviceKeys(value, device);
	if (!keys.ok) return keys;
	const signed = checkDeviceKeySignature(keys.value, { verify: verifyEd25519, utf8 });
	return signed.ok ? keys : signed;
}

/** The answer if the upload cannot be stored as a whole, else undefined. Changes nothing. */
export async function checkKeyUpload(
	unit: KeysUnit,
	device: DeviceAddress,
	upload: KeyUpload,
): Promise<Response | undefined> {
	const isNewDevice = await differs(unit, device, upload.deviceKeys);
	// Keys of an earlier identity of the device go with it, so they cannot clash.
	const clash = isNewDevice ? undefined : await findClash(unit, device, upload.oneTimeKeys);
	if (clash !== undefined)
		return matrixError(400, errcodes.invalidParam, `${clash} already stands for another one-time key`);
	const left = isNewDevice ? 0 : await countAll(unit, device);
	if (upload.oneTimeKeys.length > 0 && left + upload.oneTimeKeys.length > quotas.oneTimeKeys)
		return matrixError(400, errcodes.tooLarge, `A device has at most ${quotas.oneTimeKeys} one-time keys`);
	if (await exceedsFallbackKeys(unit, device, upload.fallbackKeys))
		return matrixError(400, errcodes.tooLarge, `A device has at most ${quotas.fallbackKeys} fallback keys`);
	return undefined;
}

/** Stores an upload that `checkKeyUpload` has let pass in the same transaction. The device exists. */
export async function publishKeys(
	unit: KeysUnit,
	device: PublishingDevice,
	upload: KeyUpload,
): Promise<void> {
	const { accountId, deviceId } = device;
	if (upload.deviceKeys !== undefined) {
		if (await differs(unit, device, upload.deviceKeys))
			await storeDeviceKeys(unit, device, upload.deviceKeys);
		await keepIdentitySignature(unit, device, upload.deviceKeys);
	}
	await unit.oneTimeKeys.add(accountId, deviceId, upload.oneTimeKeys);
	for (const key of upload.fallbackKeys) await unit.fallbackKeys.replace(accountId, deviceId, key);
}

/** Whether these are other keys than the device's. The same again change nothing, so that nobody's app looks anew. */
export async function differs(
	unit: Pick<KeysUnit, "deviceKeys">,
	{ accountId, deviceId }: DeviceAddress,
	keys: DeviceKeys | undefined,
): Promise<boolean> {
	if (keys === undefined) return false;
	const before = await unit.deviceKeys.find(accountId, deviceId);
	return before?.signed !== bytesToSign(keys);
}

async function countAll(unit: KeysUnit, { accountId, deviceId }: DeviceAddress): Promise<number> {
	const counts = await unit.oneTimeKeys.counts(accountId, deviceId);
	return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function exceedsFallbackKeys(
	unit: KeysUnit,
	{ accountId, deviceId }: DeviceAddress,
	keys: readonly CountedKey[],
): Promise<boolean> {
	if (keys.length === 0) return false;
	const stored = await unit.fallbackKeys.algorithms(accountId, deviceId);
	return new Set([...stored, ...keys.map(({ algorithm }) => algorithm)]).size > quotas.fallbackKeys;
}

async function storeDeviceKeys(unit: KeysUnit, device: DeviceAddress, keys: DeviceKeys): Promise<void> {
	const signed = bytesToSign(keys);
	const object = JSON.stringify(withOwnSignatureOnly(keys, signed));
	await unit.deviceKeys.replace(device.accountId, { deviceId: device.deviceId, object, signed });
	await unit.keyChanges.record(device.accountId);
}

/** An app that holds the identity's private keys may sign its device before it first publishes it. */
async function keepIdentitySignature(
	unit: KeysUnit,
	device: PublishingDevice,
	keys: DeviceKeys,
): Promise<void> {
	const { accountId, userId, deviceId } = device;
	const publicKey = (await unit.keys.stored(accountId)).self_signing?.publicKey;
	if (publicKey === undefined) return;
	const keyId = `ed25519:${publicKey}`;
	const signature = signatureIn(keys, userId, keyId);
	if (signature === undefined) return;
	if (!checkSignature({ object: keys, userId, keyId, publicKey, verify: verifyEd25519, utf8 })) return;
	const isNew = await unit.keySignatures.add({
		signerAccountId: accountId,
		signerKeyId: keyId,
		targetAccountId: accountId,
		targetKey: deviceId,
		signature,
	});
	if (isNew) await unit.keyChanges.record(accountId);
}

function withOwnSignatureOnly(keys: DeviceKeys, signed: string): JsonObject {
	const keyId = `ed25519:${keys.device_id}`;
	const members: JsonObject = JSON.parse(signed);
	const signature = signatureIn(keys, keys.user_id, keyId);
	return { ...members, signatures: { [keys.user_id]: { [keyId]: signature } } };
}

async function findClash(
	unit: KeysUnit,
	{ accountId, deviceId }: DeviceAddress,
	keys: readonly CountedKey[],
): Promise<string | undefined> {
	if (keys.length === 0) return undefined;
	const stored = await unit.oneTimeKeys.find(accountId, deviceId);
	const texts = new Map(stored.map((key) => [nameOf(key), key.key]));
	const clash = keys.find((key) => (texts.get(nameOf(key)) ?? key.key) !== key.key);
	return clash && nameOf(clash);
}

/** As apps name it. */
function nameOf({ algorithm, keyId }: CountedKey): string {
	return `${algorithm}:${keyId}`;
}
