import { isRecord, member } from "@countersign/protocol";
import { CountersignClientError, clientErrorCode } from "../errors.ts";
import { readAccountData, writeAccountData } from "./account-data.ts";
import { readBackup } from "./backup.ts";
import { callerFor, type HomeserverSession } from "./homeserver.ts";
import type { Identity, SecretsBundle } from "./identity.ts";
import { keyPairOf } from "./key-pairs.ts";
import { readPublishedKeys } from "./published-keys.ts";
import { keyEvent, makeDefault, type Owner, readDefaultKeyId, secretNames, storeSecret } from "./recovery.ts";
import { encodeRecoveryKey } from "./recovery-key.ts";
import { createStorageKey, describeKey, encryptSecret, type StorageKey } from "./secret-storage.ts";

/** What an app holds of its person's secrets: `OlmMachine.exportSecretsBundle()` has this form. */
export interface HeldSecrets extends SecretsBundle {
	/** The key of the backup, base64, where the app has it. */
	readonly backup?: { readonly key: string } | undefined;
}

/** What {@link rotateRecoveryKey} needs. */
export interface RotationOptions {
	readonly session: HomeserverSession;
	readonly secrets: HeldSecrets;
	/** Takes the new recovery key; resolves once the person has it. Until then nothing is changed. */
	readonly saveRecoveryKey: (recoveryKey: string) => Promise<void>;
	readonly signal?: AbortSignal | undefined;
}

/** A new recovery key in the place of the old one. */
export interface RotationOutcome {
	/** Whether the new key opens the newest backup too; false where there is none, or the app has not its key. */
	readonly opensBackup: boolean;
}

interface Secret {
	readonly name: string;
	readonly text: string;
}

/**
 * Gives the identity a new recovery key, from a device that holds it: the old one may be lost, and nobody is asked.
 *
 * Until the new key is the default one the old key opens everything; afterwards it opens none of these secrets. Where
 * it is interrupted, either the old key still counts, or the new one does already; calling it again makes another.
 *
 * @throws `identity-incomplete` where these are not the secrets of the published identity; `recovery-not-saved`; and
 * what every request may throw
 * @see Matrix specification v1.17, Client-Server API, "Secret storage"
 */
export async function rotateRecoveryKey(options: RotationOptions): Promise<RotationOutcome> {
	const { session, saveRecoveryKey } = options;
	const call = callerFor(session, options.signal ?? new AbortController().signal);
	const owner = { call, userId: session.userId };
	const identity = await identityOf(options.secrets);
	const { masterKey } = await readPublishedKeys(call, session);
	if (masterKey !== identity.master.publicKey)
		throw new CountersignClientError(clientErrorCode.identityIncomplete, "another identity is published");
	const backup = await backupKey(options.secrets, (await readBackup(call))?.publicKey);
	const secrets: readonly Secret[] = [
		...(["master", "selfSigning", "userSigning"] as const).map((slot) => {
			return { name: secretNames[slot], text: identity[slot].secret };
		}),
		...(backup === undefined ? [] : [{ name: secretNames.backup, text: backup }]),
	];
	const key = await createStorageKey();
	await save(saveRecoveryKey, key);
	await writeAccountData(call, session.userId, {
		type: keyEvent(key.keyId),
		content: await describeKey(key),
	});
	for (const secret of secrets) await addSecret(owner, key, secret);
	await makeDefault(owner, key.keyId);
	for (const secret of secrets) await storeSecret(owner, key, secret);
	if ((await readDefaultKeyId(owner)) !== key.keyId)
		throw new CountersignClientError(
			clientErrorCode.identityIncomplete,
			"the new key is not the default one",
		);
	return { opensBackup: backup !== undefined };
}

async function identityOf({ cross_signing: secrets }: SecretsBundle): Promise<Identity> {
	return {
		master: await keyPairOf("Ed25519", secrets.master_key),
		selfSigning: await keyPairOf("Ed25519", secrets.self_signing_key),
		userSigning: await keyPairOf("Ed25519", secrets.user_signing_key),
	};
}

/** The secret of the newest backup, if the app has that one. */
async function backupKey(
	{ backup }: HeldSecrets,
	publicKey: string | undefined,
): Promise<string | undefined> {
	if (backup === undefined || publicKey === undefined) return undefined;
	const keys = await keyPairOf("X25519", backup.key);
	return keys.publicKey === publicKey ? keys.secret : undefined;
}

async function save(take: RotationOptions["saveRecoveryKey"], { secret }: StorageKey): Promise<void> {
	try {
		await take(encodeRecoveryKey(secret));
	} catch (cause) {
		const message = "the caller did not keep the recovery key";
		throw new CountersignClientError(clientErrorCode.recoveryNotSaved, message, { cause });
	}
}

/** Puts the secret beside what other keys open there: whichever key is the default one, it opens it. */
async function addSecret(
	{ call, userId }: Owner,
	{ keyId, secret: key }: StorageKey,
	{ name, text }: Secret,
) {
	const content = await readAccountData(call, userId, name);
	const before = content === undefined ? undefined : member(content, "encrypted");
	const own = { [keyId]: await encryptSecret({ key, name, text }) };
	const encrypted = isRecord(before) ? { ...before, ...own } : own;
	await writeAccountData(call, userId, { type: name, content: { encrypted } });
}
