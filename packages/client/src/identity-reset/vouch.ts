import { isRecord, member } from "@countersign/protocol";
import { CountersignClientError, clientErrorCode } from "../errors.ts";
import { callerFor, type HomeserverSession } from "./homeserver.ts";
import type { SecretsBundle } from "./identity.ts";
import { keyPairOf, withSignature } from "./key-pairs.ts";
import { isSignedUnder, readDeviceKeys, readPublishedKeys } from "./published-keys.ts";

/** What {@link vouchForDevice} needs. */
export interface VouchOptions {
	readonly session: HomeserverSession;
	/** The identity's secrets, from an app that holds them; `OlmMachine.exportSecretsBundle()` has this form. */
	readonly secrets: SecretsBundle;
	/** The person's device that is to be trusted. */
	readonly deviceId: string;
	/**
	 * Its Ed25519 key, unpadded base64, as the device itself shows it: the homeserver is not believed about it. Apps call
	 * it fingerprint or session key.
	 */
	readonly deviceKey: string;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Signs another device of the same person with the identity, so that others see whose it is: for devices whose own
 * crypto knows nothing of identities, as that of many bots. Nothing is handed over to it.
 *
 * @throws `identity-incomplete` where these are not the secrets of the published identity, or the signature does not
 * show afterwards; `device-unknown`, `device-key-differs`, and then nothing is signed; and what every request may throw
 * @see Matrix specification v1.17, Client-Server API, "Cross-signing"
 */
export async function vouchForDevice(options: VouchOptions): Promise<void> {
	const { session, secrets, deviceId } = options;
	const { userId } = session;
	const call = callerFor(session, options.signal ?? new AbortController().signal);
	const { publicKey: masterKey } = await keyPairOf("Ed25519", secrets.cross_signing.master_key);
	if ((await readPublishedKeys(call, session)).masterKey !== masterKey)
		throw new CountersignClientError(clientErrorCode.identityIncomplete, "another identity is published");
	const device = await readDeviceKeys(call, { userId, deviceId });
	if (device === undefined)
		throw new CountersignClientError(clientErrorCode.deviceUnknown, "no such device has published keys");
	if (!(await isAsShown(device, options)))
		throw new CountersignClientError(clientErrorCode.deviceKeyDiffers, "the device has another key");
	const selfSigning = await keyPairOf("Ed25519", secrets.cross_signing.self_signing_key);
	const { unsigned: _, ...signed } = await withSignature(device, userId, selfSigning);
	const body = { [userId]: { [deviceId]: signed } };
	await call({ method: "POST", path: "keys/signatures/upload", body });
	if (!(await readPublishedKeys(call, session)).signedDevices.includes(deviceId))
		throw new CountersignClientError(clientErrorCode.identityIncomplete, "the signature does not show");
}

/** Whether these are the keys of that device, all of them signed by the one that it shows. */
async function isAsShown(
	device: Readonly<Record<string, unknown>>,
	{ session: { userId }, deviceId, deviceKey }: VouchOptions,
): Promise<boolean> {
	const keyId = `ed25519:${deviceId}`;
	const keys = member(device, "keys");
	if (!isRecord(keys) || member(keys, keyId) !== deviceKey) return false;
	if (member(device, "user_id") !== userId || member(device, "device_id") !== deviceId) return false;
	return isSignedUnder(keyId, { object: device, userId, publicKey: deviceKey });
}
