import {
	accept,
	bytesToSign,
	checkDeviceKeySignature,
	checkSignature,
	type DeviceKeys,
	errcodes,
	member,
	type Parsed,
	parseDeviceKeys,
} from "@countersign/protocol";
import { json, matrixError } from "../../http/index.ts";
import { refused } from "./client-data.ts";
import { parseFallbackKeys, parseOneTimeKeys } from "./counted-keys.ts";
import { type Caller, type Endpoint, v3 } from "./endpoint.ts";
import type { CountedKey, JsonObject, KeysStorage, KeysUnit } from "./ports.ts";
import { quotas } from "./quotas.ts";
import { signatureIn } from "./signatures.ts";
import { utf8, verifyEd25519 } from "./verify.ts";

/** A body of `keys/upload`, understood; the device has signed its own keys. */
interface KeyUpload {
	readonly deviceKeys: DeviceKeys | undefined;
	readonly oneTimeKeys: readonly CountedKey[];
	readonly fallbackKeys: readonly CountedKey[];
}

/**
 * A device publishes its keys, and keys for single conversations. All of a body is stored or nothing; an id of a
 * one-time key that is still there cannot be given to another key.
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keysupload
 */
export function deviceKeyEndpoints({ storage }: { readonly storage: KeysStorage }): Endpoint[] {
	return [
		{
			method: "POST",
			paths: [v3("keys/upload")],
			takes: "strict-json",
			async answer({ caller, body }) {
				const upload = parseUpload(body, caller);
				if (!upload.ok) return refused(upload.refusal);
				return storage.write((unit) => store(unit, caller, upload.value));
			},
		},
	];
}

function parseUpload(body: JsonObject, caller: Caller): Parsed<KeyUpload> {
	const oneTimeKeys = parseOneTimeKeys(member(body, "one_time_keys"));
	if (!oneTimeKeys.ok) return oneTimeKeys;
	const fallbackKeys = parseFallbackKeys(member(body, "fallback_keys"));
	if (!fallbackKeys.ok) return fallbackKeys;
	const deviceKeys = parseOwnKeys(member(body, "device_keys"), caller);
	if (!deviceKeys.ok) return deviceKeys;
	return accept({
		deviceKeys: deviceKeys.value,
		oneTimeKeys: oneTimeKeys.value,
		fallbackKeys: fallbackKeys.value,
	});
}

function parseOwnKeys(value: unknown, caller: Caller): Parsed<DeviceKeys | undefined> {
	if (value === undefined) return accept(undefined);
	const keys = parseDeviceKeys(value, caller);
	if (!keys.ok) return keys;
	const signed = checkDeviceKeySignature(keys.value, { verify: verifyEd25519, utf8 });
	return signed.ok ? keys : signed;
}

async function store(unit: KeysUnit, caller: Caller, upload: KeyUpload): Promise<Response> {
	const { accountId, deviceId } = caller;
	if ((await unit.devices.find(accountId, deviceId)) === undefined)
		return matrixError(401, errcodes.unknownToken, "This device has been signed out", { soft_logout: false });
	const isNewDevice = await differs(unit, caller, upload.deviceKeys);
	// Keys of an earlier identity of the device go with it, so they cannot clash.
	const clash = isNewDevice ? undefined : await findClash(unit, caller, upload.oneTimeKeys);
	if (clash !== undefined)
		return matrixError(400, errcodes.invalidParam, `${clash} already stands for another one-time key`);
	const left = isNewDevice ? 0 : await countAll(unit, caller);
	if (upload.oneTimeKeys.length > 0 && left + upload.oneTimeKeys.length > quotas.oneTimeKeys)
		return matrixError(400, errcodes.tooLarge, `A device has at most ${quotas.oneTimeKeys} one-time keys`);
	if (await exceedsFallbackKeys(unit, caller, upload.fallbackKeys))
		return matrixError(400, errcodes.tooLarge, `A device has at most ${quotas.fallbackKeys} fallback keys`);
	if (upload.deviceKeys !== undefined) {
		if (isNewDevice) await storeDeviceKeys(unit, caller, upload.deviceKeys);
		await keepIdentitySignature(unit, caller, upload.deviceKeys);
	}
	await unit.oneTimeKeys.add(accountId, deviceId, upload.oneTimeKeys);
	for (const key of upload.fallbackKeys) await unit.fallbackKeys.replace(accountId, deviceId, key);
	const counts = await unit.oneTimeKeys.counts(accountId, deviceId);
	return json(200, { one_time_key_counts: { signed_curve25519: 0, ...counts } });
}

async function exceedsFallbackKeys(
	unit: KeysUnit,
	{ accountId, deviceId }: Caller,
	keys: readonly CountedKey[],
): Promise<boolean> {
	if (keys.length === 0) return false;
	const stored = await unit.fallbackKeys.algorithms(accountId, deviceId);
	return new Set([...stored, ...keys.map(({ algorithm }) => algorithm)]).size > quotas.fallbackKeys;
}

async function countAll(unit: KeysUnit, { accountId, deviceId }: Caller): Promise<number> {
	const counts = await unit.oneTimeKeys.counts(accountId, deviceId);
	return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** The same keys again change nothing, so that nobody's app looks anew. */
async function differs(unit: KeysUnit, caller: Caller, keys: DeviceKeys | undefined): Promise<boolean> {
	if (keys === undefined) return false;
	const before = await unit.deviceKeys.find(caller.accountId, caller.deviceId);
	return before?.signed !== bytesToSign(keys);
}

async function storeDeviceKeys(unit: KeysUnit, caller: Caller, keys: DeviceKeys): Promise<void> {
	const signed = bytesToSign(keys);
	const object = JSON.stringify(withOwnSignatureOnly(keys, signed));
	await unit.deviceKeys.replace(caller.accountId, { deviceId: caller.deviceId, object, signed });
	await unit.keyChanges.record(caller.accountId);
}

/** An app that holds the identity's private keys may sign its device before it first publishes it. */
async function keepIdentitySignature(unit: KeysUnit, caller: Caller, keys: DeviceKeys): Promise<void> {
	const { accountId, userId, deviceId } = caller;
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
	{ accountId, deviceId }: Caller,
	keys: readonly CountedKey[],
): Promise<string | undefined> {
	const stored = await unit.oneTimeKeys.find(
		accountId,
		deviceId,
		keys.map(({ keyId }) => keyId),
	);
	const clash = keys.find((key) =>
		stored.some(
			(other) => other.algorithm === key.algorithm && other.keyId === key.keyId && other.key !== key.key,
		),
	);
	return clash && `${clash.algorithm}:${clash.keyId}`;
}
