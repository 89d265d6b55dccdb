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

/** Told now and then; at the end `done` is `total`, with those that cannot be read. */
export type RoomKeysProgress = (progress: { readonly done: number; readonly total: number }) => void;

/** Where keys go. */
interface RoomKeysTarget {
	readonly call: Caller;
	readonly crypto: IdentityCrypto;
	/** A backup that gets them, where it is not the one that they come from. */
	readonly into?: { readonly version: string; readonly publicKey: string } | undefined;
	readonly signal: AbortSignal;
}

/** What keys are taken from, and where else they go. */
export interface RoomKeysSource extends RoomKeysTarget {
	readonly from: KeyPair & { readonly version: string };
	readonly onProgress: RoomKeysProgress | undefined;
}

/** Entries that were read already. */
interface RoomKeysRead extends RoomKeysTarget {
	readonly stored: readonly StoredRoomKey[];
	readonly from: KeyPair & { readonly version: string };
	/** Told after each part, how many of how many were opened. */
	readonly onPart: (opened: number, tried: number) => void;
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
	const { call, from, onProgress } = source;
	const stored = (await readRoomKeys(call, from.version)) ?? [];
	const total = stored.length;
	let done = 0;
	const onPart = (_: number, tried: number) => {
		done += tried;
		onProgress?.({ done, total });
	};
	const left = await importStored({ ...source, stored, onPart });
	return { total, imported: total - left.length };
}

/** The same with entries that were read already. Returns those that this key does not open. */
export async function importStored(read: RoomKeysRead): Promise<readonly StoredRoomKey[]> {
	const { stored, onPart, signal } = read;
	const left: StoredRoomKey[] = [];
	for (let at = 0; at < stored.length; at += partSize) {
		if (signal.aborted) {
			const message = "the import of keys was aborted";
			throw new CountersignClientError(clientErrorCode.aborted, message, { cause: signal.reason });
		}
		const part = stored.slice(at, at + partSize);
		const closed = await importPart(read, part);
		left.push(...closed);
		onPart(part.length - closed.length, part.length);
	}
	return left;
}

async function importPart(
	{ call, crypto, from, into }: RoomKeysRead,
	part: readonly StoredRoomKey[],
): Promise<readonly StoredRoomKey[]> {
	const tried = await Promise.all(
		part.map(async (stored) => ({
			stored,
			key: await decryptRoomKey(from, member(stored.entry, "session_data")),
		})),
	);
	const found = tried.flatMap(({ stored, key }) => (key === undefined ? [] : [{ stored, key }]));
	const closed = tried.flatMap(({ stored, key }) => (key === undefined ? [stored] : []));
	if (found.length === 0) return closed;
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
	return closed;
}
