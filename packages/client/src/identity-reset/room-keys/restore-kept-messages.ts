import { member } from "@countersign/protocol";
import { type Caller, callerFor } from "../homeserver.ts";
import type { KeyPair } from "../key-pairs.ts";
import { keyEvent, secretNames } from "../recovery.ts";
import { importStored, type RoomKeysRestored } from "./import-room-keys.ts";
import { type KeptBackup, type KeptPage, readKept } from "./kept-backups.ts";
import { openBackupKey, recoveryKeyWrong } from "./open-backup-key.ts";
import type { OldMessagesOptions } from "./restore-old-messages.ts";
import { readRoomKeys, type StoredRoomKey } from "./stored-room-keys.ts";
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
 * A backup may be kept beside what opens another one: each key that is opened is tried on all of them. `total` counts
 * what is kept, whoever can read it, and `imported` may be 0.
 *
 * @throws `nothing-to-restore` where the server keeps no such thing; `reading-timeout`, also where the time to read was
 * over before everything was read: nothing was changed then; `recovery-key-wrong`; `identity-incomplete` where this app
 * holds no verified identity, or a backup is there that it did not sign; and what every request may throw
 */
export async function restoreKeptMessages(options: KeptMessagesOptions): Promise<RoomKeysRestored> {
	const { session, crypto, onProgress } = options;
	const signal = options.signal ?? new AbortController().signal;
	const call = callerFor(session, signal);
	// Before anybody is asked for anything.
	const into = await trustedBackup(call, options);
	// The newest first: it is what the person had last.
	const kept = [...(await readKept({ ...options, signal }))].reverse();
	let backups: Backups | undefined;
	let [total, imported] = [0, 0];
	for await (const keys of openedKeys(kept, options)) {
		if (backups === undefined) {
			backups = await readAll(call, { ...options, signal }, kept);
			total = [...backups.values()].reduce((sum, { length }) => sum + length, 0);
		}
		for (const [version, stored] of backups) {
			const onPart = (opened: number) => {
				imported += opened;
				if (opened > 0) onProgress?.({ done: imported, total });
			};
			const from = { ...keys, version };
			backups.set(version, await importStored({ call, crypto, from, into, signal, stored, onPart }));
		}
	}
	if (backups === undefined) throw recoveryKeyWrong("it opens nothing of what is kept");
	if (imported < total) onProgress?.({ done: total, total });
	return { total, imported };
}

/** What is left of each version to be opened, the newest first. */
type Backups = Map<string, readonly StoredRoomKey[]>;

/** Each key once, as soon as it is opened: whoever has a token can have junk kept, at which this takes long. */
async function* openedKeys(
	kept: readonly KeptBackup[],
	{ recovery }: KeptMessagesOptions,
): AsyncGenerator<KeyPair> {
	const seen = new Set<string>();
	const isNew = (text: string) => seen.size < seen.add(text).size;
	for (const { secrets } of kept) {
		if (!isNew(JSON.stringify(secrets))) continue;
		const described = async (keyId: string) => member(secrets, keyEvent(keyId));
		const keys = await openBackupKey(recovery, member(secrets, secretNames.backup), described);
		if (keys !== undefined && isNew(keys.publicKey)) yield keys;
	}
}

/** All of it before any is moved: moving takes long, and the person lets this app read for some minutes. */
async function readAll(
	call: Caller,
	options: Parameters<typeof readKept>[0],
	kept: readonly KeptBackup[],
): Promise<Backups> {
	const backups: Backups = new Map();
	for (const { version } of kept) {
		if (backups.has(version)) continue;
		const stored = await readRoomKeys(call, version);
		// Either it is gone, or the time to read is over, which is not to be taken for an empty backup.
		if (stored === undefined) await readKept({ ...options, present: () => {}, timeoutMs: 0 });
		backups.set(version, stored ?? []);
	}
	return backups;
}
