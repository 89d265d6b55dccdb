import { CountersignClientError, clientErrorCode } from "../errors.ts";
import { readAccountData } from "./account-data.ts";
import { readBackup } from "./backup.ts";
import { type Caller, callerFor, type HomeserverSession, postWith } from "./homeserver.ts";
import { type Identity, secretsBundleOf } from "./identity.ts";
import { type KeyPair, keyPairOf } from "./key-pairs.ts";
import type { IdentityCrypto } from "./ports.ts";
import { readPublishedKeys } from "./published-keys.ts";
import { keyEvent, readDefaultKeyId, secretNames } from "./recovery.ts";
import { importRoomKeys, type RoomKeysProgress, type RoomKeysRestored } from "./room-keys/index.ts";
import { decryptSecret, isDescribedKey, parseKeyDescription, type StorageKey } from "./secret-storage.ts";
import { type RecoverySecret, secretFor } from "./storage-secret.ts";

/** What {@link restoreIdentity} needs. */
export interface RestoreOptions {
	readonly session: HomeserverSession;
	readonly crypto: IdentityCrypto;
	/** What the person has: the recovery key as it was written down, or the passphrase it was made from. */
	readonly recovery: RecoverySecret;
	/** Told while keys of messages are fetched. */
	readonly onProgress?: RoomKeysProgress | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** An identity that is back. */
export interface RestoreOutcome {
	readonly masterKey: string;
	/** The backup that keys of messages were had from again; undefined where recovery has no key for the newest one. */
	readonly backupVersion: string | undefined;
	/** What it gave back; undefined without one. */
	readonly roomKeys: RoomKeysRestored | undefined;
}

/**
 * Takes over the published identity with the person's recovery key, and signs this device with it: to be tried before
 * any reset, for nobody is asked and nothing is replaced. Then fetches the keys of messages from the backup. Nothing is changed before the secrets are known to be those
 * of the published identity.
 *
 * @throws `recovery-key-wrong`; `nothing-to-restore` where recovery was never set up, or is of another identity than
 * the published one; `identity-incomplete`; and what every request may throw
 */
export async function restoreIdentity(options: RestoreOptions): Promise<RestoreOutcome> {
	const { session, crypto } = options;
	const signal = options.signal ?? new AbortController().signal;
	const call = callerFor(session, signal);
	const key = await openStorage(call, options);
	const identity = await readIdentity(call, session.userId, key);
	const published = await readPublishedKeys(call, session);
	if (published.masterKey !== identity.master.publicKey)
		throw nothingToRestore("another identity is published");
	const { masterKey } = published;
	if ((await crypto.heldMasterKey()) !== masterKey)
		await crypto.importIdentity(secretsBundleOf(identity), postWith(call));
	if (!published.signedDevices.includes(session.deviceId)) await crypto.signDevice(postWith(call));
	const { signedDevices } = await readPublishedKeys(call, session);
	if (!signedDevices.includes(session.deviceId) || (await crypto.heldMasterKey()) !== masterKey) {
		const message = "the device is not signed, or its crypto did not keep the identity";
		throw new CountersignClientError(clientErrorCode.identityIncomplete, message);
	}
	const backup = await useBackup(call, options, key);
	const { onProgress } = options;
	const roomKeys = backup && (await importRoomKeys({ call, crypto, from: backup, onProgress, signal }));
	return { masterKey, backupVersion: backup?.version, roomKeys };
}

async function openStorage(call: Caller, { session, recovery }: RestoreOptions): Promise<StorageKey> {
	const { userId } = session;
	const keyId = await readDefaultKeyId({ call, userId });
	const content = keyId === undefined ? undefined : await readAccountData(call, userId, keyEvent(keyId));
	const described = parseKeyDescription(content);
	if (keyId === undefined || described === undefined) throw nothingToRestore("there is no recovery");
	const secret = await secretFor(recovery, described);
	if (secret !== undefined && (await isDescribedKey(secret, described))) return { keyId, secret };
	const message = "it does not open secret storage";
	throw new CountersignClientError(clientErrorCode.recoveryKeyWrong, message);
}

async function readIdentity(call: Caller, userId: string, key: StorageKey): Promise<Identity> {
	const read = async (slot: "master" | "selfSigning" | "userSigning") => {
		const name = secretNames[slot];
		const text = await decryptSecret(key, name, await readAccountData(call, userId, name));
		if (text === undefined) throw nothingToRestore(`${name} is missing`);
		return keyPairOf("Ed25519", text).catch(() => {
			throw nothingToRestore(`${name} is no key`);
		});
	};
	return {
		master: await read("master"),
		selfSigning: await read("selfSigning"),
		userSigning: await read("userSigning"),
	};
}

async function useBackup(
	call: Caller,
	{ session, crypto }: RestoreOptions,
	key: StorageKey,
): Promise<(KeyPair & { readonly version: string }) | undefined> {
	const content = await readAccountData(call, session.userId, secretNames.backup);
	const text = await decryptSecret(key, secretNames.backup, content);
	const keys = text === undefined ? undefined : await keyPairOf("X25519", text).catch(() => undefined);
	const backup = await readBackup(call);
	if (keys === undefined || backup?.publicKey !== keys.publicKey) return undefined;
	const access = { ...keys, version: backup.version };
	await crypto.useBackup(access);
	return access;
}

function nothingToRestore(why: string): CountersignClientError {
	return new CountersignClientError(clientErrorCode.nothingToRestore, `nothing can be restored: ${why}`);
}
