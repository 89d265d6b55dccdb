import { member } from "@countersign/protocol";
import { callerFor } from "../homeserver.ts";
import type { KeyPair } from "../key-pairs.ts";
import { keyEvent, secretNames } from "../recovery.ts";
import { importRoomKeys, type RoomKeysRestored } from "./import-room-keys.ts";
import { type KeptBackup, type KeptPage, readKept } from "./kept-backups.ts";
import { openBackupKey, recoveryKeyWrong } from "./open-backup-key.ts";
import type { OldMessagesOptions } from "./restore-old-messages.ts";
import { trustedBackup } from "./trusted-backup.ts";

/** What {@link restoreKeptMessages} needs. */
export interface KeptMessagesOptions extends OldMessagesOptions {
	/** Shows the person the page on which they let this app read. Called once, where they have not done so yet. */
	readonly present: (page: KeptPage) => void | Promise<void>;
	/** How long to wait for them, in milliseconds. Default ten minutes. */
	readonly timeoutMs?: number | undefined;
}

/**
 * Makes messages from before a reset readable again where an app destroyed the old backup on the way to it, and the
 * server is Countersign: it keeps that backup for some days. The person lets this app read it on a page, and the keys
 * of all that the recovery key of then opens are brought into the app's crypto and into the backup in use. That key
 * stays here. Doing it again changes nothing.
 *
 * @throws `nothing-to-restore` where the server keeps no such thing; `reading-timeout`; `recovery-key-wrong`;
 * `identity-incomplete` where this app holds no verified identity, or a backup is there that it did not sign; and what
 * every request may throw
 */
export async function restoreKeptMessages(options: KeptMessagesOptions): Promise<RoomKeysRestored> {
	const { session, crypto, onProgress } = options;
	const signal = options.signal ?? new AbortController().signal;
	const call = callerFor(session, signal);
	// Before anybody is asked for anything.
	const into = await trustedBackup(call, options);
	const kept = await readKept({ ...options, signal });
	const opened = new Map<string, KeyPair>();
	// The newest first: it is what the person had last.
	for (const backup of [...kept].reverse()) {
		const keys = opened.get(backup.version) ?? (await openKept(backup, options));
		if (keys !== undefined) opened.set(backup.version, keys);
	}
	if (opened.size === 0) throw recoveryKeyWrong("it opens nothing of what is kept");
	const sum = { total: 0, imported: 0 };
	for (const [version, keys] of opened) {
		const before = sum.total;
		const found = await importRoomKeys({
			call,
			crypto,
			from: { ...keys, version },
			into,
			signal,
			onProgress: ({ done, total }) => onProgress?.({ done: before + done, total: before + total }),
		});
		sum.total += found.total;
		sum.imported += found.imported;
	}
	return sum;
}

function openKept({ secrets }: KeptBackup, { recovery }: KeptMessagesOptions) {
	const described = async (keyId: string) => member(secrets, keyEvent(keyId));
	return openBackupKey(recovery, member(secrets, secretNames.backup), described);
}
