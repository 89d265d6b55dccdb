import { member } from "@countersign/protocol";
import { CountersignClientError, clientErrorCode } from "../../errors.ts";
import type { Caller } from "../homeserver.ts";
import type { KeyPair } from "../key-pairs.ts";
import type { IdentityCrypto, RoomKey } from "../ports.ts";
import { decryptRoomKey, encryptRoomKey } from "./backup-cipher.ts";
import { addRoomKeys, readRoomKeys, type StoredRoomKey } from "./stored-room-keys.ts";

/** How many keys of messages a backup gave back. */
export interface RoomKeysRestored {
	/** How many are in the backup. */
	readonly total: number;
	/** How many of them could be read, and are in the app's crypto now. */
	readonly imported: number;
}

/** Told after each part; `done` counts those that cannot be read as well. */
export type RoomKeysProgress = (progress: { readonly done: number; readonly total: number }) => void;

/** What keys are taken from, and where else they go. */
export interface RoomKeysSource {
	readonly call: Caller;
	readonly crypto: IdentityCrypto;
	readonly from: KeyPair & { readonly version: string };
	/** Another backup that gets them; undefined where they come from the one that is in use. */
	readonly into?: { readonly version: string; readonly publicKey: string } | undefined;
	readonly onProgress: RoomKeysProgress | undefined;
	readonly signal: AbortSignal;
}

/** So many at a time: between two parts an app can draw, and a stop is noticed. */
const partSize = 200;

/**
 * Brings all keys of a backup into the app's crypto, and into another backup where that is asked for. Doing it again
 * changes nothing.
 *
 * @throws `aborted` between two parts, and what requests throw
 */
export async function importRoomKeys(source: RoomKeysSource): Promise<RoomKeysRestored> {
	const { call, from, onProgress, signal } = source;
	const stored = await readRoomKeys(call, from.version);
	let imported = 0;
	for (let done = 0; done < stored.length; done += partSize) {
		if (signal.aborted) {
			const message = "the import of keys was aborted";
			throw new CountersignClientError(clientErrorCode.aborted, message, { cause: signal.reason });
		}
		imported += await importPart(source, stored.slice(done, done + partSize));
		onProgress?.({ done: Math.min(done + partSize, stored.length), total: stored.length });
	}
	return { total: stored.length, imported };
}

async function importPart(
	{ call, crypto, from, into }: RoomKeysSource,
	part: readonly StoredRoomKey[],
): Promise<number> {
	const opened = await Promise.all(
		part.map(async (stored) => {
			const key = await decryptRoomKey(from, member(stored.entry, "session_data"));
			return key === undefined ? [] : [{ stored, key }];
		}),
	);
	const found = opened.flat();
	if (found.length === 0) return 0;
	if (into !== undefined) {
		const again = found.map(async ({ stored, key }) => ({
			...stored,
			entry: { ...stored.entry, session_data: await encryptRoomKey(into.publicKey, key) },
		}));
		await addRoomKeys(call, into.version, await Promise.all(again));
	}
	const keys = found.map(
		({ stored, key }): RoomKey => ({ ...key, room_id: stored.roomId, session_id: stored.sessionId }),
	);
	await crypto.importRoomKeys(keys, into?.version ?? from.version);
	return keys.length;
}
