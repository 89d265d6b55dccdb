import { isRecord, member } from "@countersign/protocol";
import type { Caller } from "../homeserver.ts";

/** One entry of a backup, as the homeserver keeps it. */
export interface StoredRoomKey {
	readonly roomId: string;
	readonly sessionId: string;
	/** `session_data`, and beside it what the homeserver judges by which of two entries is better. */
	readonly entry: Readonly<Record<string, unknown>>;
}

/** The one request there is for all keys of a backup has no pages; half a million of them are that large. */
const maxBytes = 512 * 1_048_576;
const timeoutMs = 600_000;

/** All entries of a backup; undefined where there is none to this device. @see Matrix specification v1.17, `GET /_matrix/client/v3/room_keys/keys` */
export async function readRoomKeys(
	call: Caller,
	version: string,
): Promise<readonly StoredRoomKey[] | undefined> {
	const path = `room_keys/keys?version=${encodeURIComponent(version)}`;
	const { status, body } = await call({ method: "GET", path, accept: [404], maxBytes, timeoutMs });
	if (status === 404) return undefined;
	return members(body, "rooms").flatMap(([roomId, room]) =>
		members(room, "sessions").map(([sessionId, entry]) => ({ roomId, sessionId, entry })),
	);
}

function members(of: Readonly<Record<string, unknown>>, name: string) {
	const found = member(of, name);
	return Object.entries(isRecord(found) ? found : {}).flatMap(([id, value]) =>
		isRecord(value) ? [[id, value] as const] : [],
	);
}

/** Adds entries to a backup; where it has one already, the homeserver keeps the better one. */
export async function addRoomKeys(
	call: Caller,
	version: string,
	keys: readonly StoredRoomKey[],
): Promise<void> {
	const rooms: Record<string, { sessions: Record<string, unknown> }> = {};
	for (const { roomId, sessionId, entry } of keys) {
		rooms[roomId] ??= { sessions: {} };
		rooms[roomId].sessions[sessionId] = entry;
	}
	const path = `room_keys/keys?version=${encodeURIComponent(version)}`;
	await call({ method: "PUT", path, body: { rooms } });
}
