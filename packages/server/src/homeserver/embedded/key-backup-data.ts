import { errcodes, member, type Parsed, refuse } from "@countersign/protocol";
import { checkName, parseObject } from "./client-data.ts";
import type { BackedUpKey, JsonObject, KeySelection } from "./ports.ts";
import { quotas } from "./quotas.ts";

/**
 * The keys in the body of an upload, which has the shape of what it selects: all rooms, one room, or one session.
 * @see https://spec.matrix.org/v1.17/client-server-api/#put_matrixclientv3room_keyskeys
 */
export function parseBackedUpKeys(selection: KeySelection, body: JsonObject): Parsed<readonly BackedUpKey[]> {
	const { roomId, sessionId } = selection;
	if (roomId === undefined) return parseEach(body, "rooms", (id, room) => parseRoom(id, room));
	return sessionId === undefined ? parseRoom(roomId, body) : parseKey(roomId, sessionId, body);
}

/** Keys in the shape in which they are uploaded; a single session's stand alone. */
export function showBackedUpKeys({ roomId }: KeySelection, keys: readonly BackedUpKey[]): JsonObject {
	if (roomId !== undefined) return showRoom(keys);
	const rooms = Map.groupBy(keys, (key) => key.roomId);
	return { rooms: Object.fromEntries([...rooms].map(([id, ofRoom]) => [id, showRoom(ofRoom)])) };
}

export function showBackedUpKey(key: BackedUpKey): JsonObject {
	return {
		first_message_index: key.firstMessageIndex,
		forwarded_count: key.forwardedCount,
		is_verified: key.isVerified,
		session_data: key.sessionData,
	};
}

function showRoom(keys: readonly BackedUpKey[]): JsonObject {
	return { sessions: Object.fromEntries(keys.map((key) => [key.sessionId, showBackedUpKey(key)])) };
}

function parseRoom(roomId: string, room: unknown): Parsed<readonly BackedUpKey[]> {
	const sessions = parseObject("A room", room);
	if (!sessions.ok) return sessions;
	return parseEach(sessions.value, "sessions", (id, key) => parseKey(roomId, id, key));
}

function parseEach(
	record: JsonObject,
	name: "rooms" | "sessions",
	parse: (id: string, value: unknown) => Parsed<readonly BackedUpKey[]>,
): Parsed<readonly BackedUpKey[]> {
	const sent = member(record, name);
	if (sent === undefined) return refuse(errcodes.missingParam, `${name} is missing`);
	const values = parseObject(name, sent);
	if (!values.ok) return values;
	const keys: BackedUpKey[] = [];
	for (const [id, value] of Object.entries(values.value)) {
		const parsed = parse(id, value);
		if (!parsed.ok) return parsed;
		keys.push(...parsed.value);
	}
	return { ok: true, value: keys };
}

function parseKey(roomId: string, sessionId: string, value: unknown): Parsed<readonly BackedUpKey[]> {
	for (const name of [checkName("A room id", roomId), checkName("A session id", sessionId)]) {
		if (!name.ok) return name;
	}
	const key = parseObject("A key", value);
	if (!key.ok) return key;
	const firstMessageIndex = parseCount(key.value, "first_message_index");
	if (!firstMessageIndex.ok) return firstMessageIndex;
	const forwardedCount = parseCount(key.value, "forwarded_count");
	if (!forwardedCount.ok) return forwardedCount;
	const isVerified = member(key.value, "is_verified");
	if (typeof isVerified !== "boolean") return refuse(errcodes.badJson, "is_verified must be true or false");
	const sessionData = parseObject("session_data", member(key.value, "session_data"));
	if (!sessionData.ok) return sessionData;
	if (Buffer.byteLength(JSON.stringify(sessionData.value)) > quotas.backedUpKeyBytes)
		return refuse(errcodes.tooLarge, `session_data may have at most ${quotas.backedUpKeyBytes} bytes`);
	return {
		ok: true,
		value: [
			{
				roomId,
				sessionId,
				firstMessageIndex: firstMessageIndex.value,
				forwardedCount: forwardedCount.value,
				isVerified,
				sessionData: sessionData.value,
			},
		],
	};
}

function parseCount(key: JsonObject, name: string): Parsed<number> {
	const value = member(key, name);
	if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return { ok: true, value };
	return refuse(errcodes.badJson, `${name} must be an integer of at least 0`);
}
