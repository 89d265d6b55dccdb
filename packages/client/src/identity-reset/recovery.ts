import { isRecord, member } from "@countersign/protocol";
import { readAccountData, writeAccountData } from "./account-data.ts";
import type { Caller } from "./homeserver.ts";
import type { Identity } from "./identity.ts";
import { describeKey, encryptSecret, type StorageKey } from "./secret-storage.ts";

/** Names of the secrets, and of the events they are in. @see Matrix specification v1.17, "Secrets" */
export const secretNames = {
	master: "m.cross_signing.master",
	selfSigning: "m.cross_signing.self_signing",
	userSigning: "m.cross_signing.user_signing",
	backup: "m.megolm_backup.v1",
} as const;

const defaultKey = "m.secret_storage.default_key";

/** Where the description of a key of secret storage is kept. */
export const keyEvent = (keyId: string) => `m.secret_storage.key.${keyId}`;

/** Whose account data, and how they are reached. */
export interface Owner {
	readonly call: Caller;
	readonly userId: string;
}

/** The key that secret storage goes by; undefined where there is none. */
export async function readDefaultKeyId({ call, userId }: Owner): Promise<string | undefined> {
	const content = await readAccountData(call, userId, defaultKey);
	const key = content === undefined ? undefined : member(content, "key");
	return typeof key === "string" && key !== "" ? key : undefined;
}

/**
 * Puts the identity's secrets into secret storage under the new key, and only then makes it the one that clients go
 * by: until the last write, recovery is as it was before.
 */
export async function storeRecovery(
	owner: Owner,
	{ key, identity }: { readonly key: StorageKey; readonly identity: Identity },
): Promise<void> {
	await write(owner, keyEvent(key.keyId), await describeKey(key));
	for (const slot of ["master", "selfSigning", "userSigning"] as const)
		await storeSecret(owner, key, { name: secretNames[slot], text: identity[slot].secret });
	await makeDefault(owner, key.keyId);
}

/** Makes this key the one that clients go by. */
export function makeDefault(owner: Owner, keyId: string): Promise<void> {
	return write(owner, defaultKey, { key: keyId });
}

/** Puts one secret into secret storage, in place of what other keys open there. */
export async function storeSecret(
	owner: Owner,
	{ keyId, secret: key }: StorageKey,
	{ name, text }: { readonly name: string; readonly text: string },
): Promise<void> {
	await write(owner, name, { encrypted: { [keyId]: await encryptSecret({ key, name, text }) } });
}

/**
 * Where the key of the backup before a reset stays readable for the old recovery key: `encrypted` as it was in
 * `m.megolm_backup.v1`, and the backup's `version`.
 */
export const previousBackup = "countersign.previous_backup";

/**
 * Sets the old backup's key aside, so that the old recovery key opens the old messages. It cannot stay where it is
 * beside the new one: clients take every entry there for the same secret, and some try the first.
 *
 * @param keyId the new key: what is encrypted with it is not old
 */
export async function setBackupKeyAside(
	owner: Owner,
	{ keyId, version }: { readonly keyId: string; readonly version: string },
): Promise<void> {
	const content = await readAccountData(owner.call, owner.userId, secretNames.backup);
	const encrypted = content === undefined ? undefined : member(content, "encrypted");
	if (!isRecord(encrypted) || keyId in encrypted) return;
	await write(owner, previousBackup, { version, encrypted });
}

function write({ call, userId }: Owner, type: string, content: object): Promise<void> {
	return writeAccountData(call, userId, { type, content });
}
