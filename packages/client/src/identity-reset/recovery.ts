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
const keyEvent = (keyId: string) => `m.secret_storage.key.${keyId}`;

interface Owner {
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
		await storeSecret(owner, key, {
			name: secretNames[slot],
			text: identity[slot].secret,
			keepOthers: false,
		});
	await write(owner, defaultKey, { key: key.keyId });
}

/**
 * Puts one secret into secret storage.
 *
 * @param secret.keepOthers leaves beside it what other keys open: the old recovery key then still gives the key of
 * the old backup
 */
export async function storeSecret(
	owner: Owner,
	{ keyId, secret: key }: StorageKey,
	{ name, text, keepOthers }: { readonly name: string; readonly text: string; readonly keepOthers: boolean },
): Promise<void> {
	const content = keepOthers ? await readAccountData(owner.call, owner.userId, name) : undefined;
	const others = content === undefined ? undefined : member(content, "encrypted");
	const encrypted = await encryptSecret({ key, name, text });
	await write(owner, name, { encrypted: { ...(isRecord(others) && others), [keyId]: encrypted } });
}

function write({ call, userId }: Owner, type: string, content: object): Promise<void> {
	return writeAccountData(call, userId, { type, content });
}
