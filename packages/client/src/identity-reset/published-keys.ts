import { bytesToSign, isRecord, member } from "@countersign/protocol";
import type { Caller, HomeserverSession } from "./homeserver.ts";
import { isSignedBy } from "./key-pairs.ts";

/** What everybody sees of a person's identity, as far as its signatures hold. */
export interface PublishedKeys {
	/** Unpadded base64; undefined where nothing is published. */
	readonly masterKey: string | undefined;
	/** Devices signed by the self-signing key, which the master key signed. */
	readonly signedDevices: readonly string[];
	/** All devices that have keys. */
	readonly devices: readonly string[];
	/** Those of them that nobody sits at: they only keep messages for whoever signs in next. @see MSC3814 */
	readonly dehydrated: readonly string[];
}

/**
 * Asks the homeserver what it publishes of the session's own identity, as other people's apps do.
 *
 * @see Matrix specification v1.17, `POST /_matrix/client/v3/keys/query`
 */
export async function readPublishedKeys(
	call: Caller,
	{ userId }: Pick<HomeserverSession, "userId">,
): Promise<PublishedKeys> {
	const body = await queryKeys(call, userId, []);
	const [master, selfSigning] = [own(body, "master_keys", userId), own(body, "self_signing_keys", userId)];
	const deviceKeys = own(body, "device_keys", userId) ?? {};
	const masterKey = onlyKey(master);
	const selfSigningKey = onlyKey(selfSigning);
	const holds = await isSigned(selfSigning, userId, masterKey);
	const devices = Object.keys(deviceKeys);
	const signed = await Promise.all(
		devices.map(async (id) => holds && (await isSigned(deviceKeys[id], userId, selfSigningKey))),
	);
	const dehydrated = devices.filter((id) => isDehydrated(deviceKeys[id]));
	return { masterKey, devices, dehydrated, signedDevices: devices.filter((_, at) => signed[at]) };
}

/** The keys of one of a person's devices as they are published; undefined where it has none. Nothing is checked. */
export async function readDeviceKeys(
	call: Caller,
	{ userId, deviceId }: Pick<HomeserverSession, "userId" | "deviceId">,
): Promise<Readonly<Record<string, unknown>> | undefined> {
	const devices = own(await queryKeys(call, userId, [deviceId]), "device_keys", userId);
	const found = devices === undefined ? undefined : member(devices, deviceId);
	return isRecord(found) ? found : undefined;
}

async function queryKeys(call: Caller, userId: string, devices: readonly string[]) {
	const body = { device_keys: { [userId]: devices } };
	return (await call({ method: "POST", path: "keys/query", body })).body;
}

function own(body: Readonly<Record<string, unknown>>, name: string, userId: string) {
	const byUser = member(body, name);
	const found = isRecord(byUser) ? member(byUser, userId) : undefined;
	return isRecord(found) ? found : undefined;
}

function isDehydrated(device: unknown): boolean {
	return isRecord(device) && member(device, "dehydrated") === true;
}

function onlyKey(object: Readonly<Record<string, unknown>> | undefined): string | undefined {
	const keys = object === undefined ? undefined : member(object, "keys");
	const [key, ...more] = isRecord(keys) ? Object.values(keys) : [];
	return typeof key === "string" && more.length === 0 ? key : undefined;
}

/** Whether the holder of this key, which is its own name as those of identities are, signed the object as this person. */
export async function isSigned(
	object: unknown,
	userId: string,
	publicKey: string | undefined,
): Promise<boolean> {
	return publicKey !== undefined && isSignedUnder(`ed25519:${publicKey}`, { object, userId, publicKey });
}

/** The same of a key that has a name of its own, as those of devices have. */
export async function isSignedUnder(
	keyId: string,
	{
		object,
		userId,
		publicKey,
	}: { readonly object: unknown; readonly userId: string; readonly publicKey: string },
): Promise<boolean> {
	if (!isRecord(object)) return false;
	const signatures = member(object, "signatures");
	const byUser = isRecord(signatures) ? member(signatures, userId) : undefined;
	const signature = isRecord(byUser) ? member(byUser, keyId) : undefined;
	return typeof signature === "string" && isSignedBy(publicKey, bytesToSign(object), signature);
}
