import { member } from "@countersign/protocol";
import { CountersignClientError, clientErrorCode } from "../../errors.ts";
import { readAccountData } from "../account-data.ts";
import { readBackup } from "../backup.ts";
import { type Caller, callerFor, type HomeserverSession } from "../homeserver.ts";
import type { KeyPair } from "../key-pairs.ts";
import type { IdentityCrypto } from "../ports.ts";
import { keyEvent, previousBackup } from "../recovery.ts";
import type { RecoverySecret } from "../storage-secret.ts";
import { importRoomKeys, type RoomKeysProgress, type RoomKeysRestored } from "./import-room-keys.ts";
import { openBackupKey, recoveryKeyWrong } from "./open-backup-key.ts";
import { trustedBackup } from "./trusted-backup.ts";

/** What {@link restoreOldMessages} needs. */
export interface OldMessagesOptions {
	readonly session: HomeserverSession;
	readonly crypto: IdentityCrypto;
	/** What the person had before the reset: the old recovery key, or the passphrase it was made from. */
	readonly recovery: RecoverySecret;
	readonly onProgress?: RoomKeysProgress | undefined;
	/** Ends it between two parts; what was brought over stays. */
	readonly signal?: AbortSignal | undefined;
}

/**
 * Makes messages from before a reset readable again: brings the keys of the backup that the reset set aside into the
 * app's crypto and into the backup in use, by the recovery key of then. The old backup stays. Doing it again changes
 * nothing.
 *
 * Keys go into the backup in use only if the identity that this app has verified signed it: a homeserver that puts
 * another one in its place would be handed everything.
 *
 * @throws `recovery-key-wrong`; `nothing-to-restore` where no backup was set aside, or it is gone;
 * `identity-incomplete` where this app holds no verified identity, or a backup is there that it did not sign; and what
 * every request may throw
 */
export async function restoreOldMessages(options: OldMessagesOptions): Promise<RoomKeysRestored> {
	const { session, crypto, onProgress } = options;
	const signal = options.signal ?? new AbortController().signal;
	const call = callerFor(session, signal);
	const content = await readAccountData(call, session.userId, previousBackup);
	const version = content === undefined ? undefined : member(content, "version");
	if (typeof version !== "string") throw nothingToRestore("no backup was set aside");
	const keys = await openAside(call, options, content);
	const old = await readBackup(call, version);
	if (old?.publicKey !== keys.publicKey) throw nothingToRestore("the old backup is gone");
	const into = await trustedBackup(call, options);
	const from = { ...keys, version };
	return importRoomKeys({ call, crypto, from, into, onProgress, signal });
}

/** The key of the old backup, which lies encrypted as it was in secret storage. */
async function openAside(
	call: Caller,
	{ session: { userId }, recovery }: OldMessagesOptions,
	content: unknown,
): Promise<KeyPair> {
	const described = (keyId: string) => readAccountData(call, userId, keyEvent(keyId));
	const keys = await openBackupKey(recovery, content, described);
	if (keys === undefined) throw recoveryKeyWrong("it does not open what was set aside");
	return keys;
}

function nothingToRestore(why: string): CountersignClientError {
	return new CountersignClientError(clientErrorCode.nothingToRestore, `nothing can be restored: ${why}`);
}
