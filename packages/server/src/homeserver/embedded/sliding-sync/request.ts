import { errcodes, isRecord, member, type Parsed, refuse } from "@countersign/protocol";
import { checkName, parseObject } from "../client-data.ts";
import type { JsonObject } from "../ports.ts";
import { parseSyncToken } from "../sync-token.ts";

/** The parts of a sync's body that mean something where there are no rooms. */
export interface SlidingSyncRequest {
	/** Empty where the app names none. */
	readonly connectionId: string;
	/** To be repeated in the answer. */
	readonly transactionId: string | undefined;
	/** Names of lists of rooms. */
	readonly lists: readonly string[];
	readonly toDevice: WantedMessages | undefined;
	readonly wantsKeys: boolean;
	readonly wantsAccountData: boolean;
	/** Extensions about rooms. */
	readonly aboutRooms: readonly string[];
}

interface WantedMessages {
	/** What the device has: all up to here. Undefined where it has none. */
	readonly since: number | undefined;
	readonly atMost: number;
}

/** @see https://github.com/matrix-org/matrix-spec-proposals/blob/main/proposals/4186-simplified-sliding-sync.md */
const mostNames = 100;
const aboutRooms = ["receipts", "typing"] as const;

/** Refuses with M_INVALID_PARAM or M_BAD_JSON. What it does not know is passed over. */
export function parseSlidingSyncRequest(
	body: JsonObject,
	{ messagesPerSync }: { readonly messagesPerSync: number },
): Parsed<SlidingSyncRequest> {
	const connectionId = parseName(body, "conn_id");
	if (!connectionId.ok) return connectionId;
	const transactionId = parseName(body, "txn_id");
	if (!transactionId.ok) return transactionId;
	const lists = parseNames(body, "lists");
	if (!lists.ok) return lists;
	const rooms = parseNames(body, "room_subscriptions");
	if (!rooms.ok) return rooms;
	const extensions = parseObject("extensions", member(body, "extensions") ?? {});
	if (!extensions.ok) return extensions;
	const wants = (name: string) => enabled(extensions.value, name) !== undefined;
	const toDevice = parseToDevice(enabled(extensions.value, "to_device"), messagesPerSync);
	if (!toDevice.ok) return toDevice;
	return {
		ok: true,
		value: {
			connectionId: connectionId.value ?? "",
			transactionId: transactionId.value,
			lists: lists.value,
			toDevice: toDevice.value,
			wantsKeys: wants("e2ee"),
			wantsAccountData: wants("account_data"),
			aboutRooms: aboutRooms.filter(wants),
		},
	};
}

/** The extension's settings, if it is switched on. */
function enabled(extensions: JsonObject, name: string): JsonObject | undefined {
	const extension = member(extensions, name);
	return isRecord(extension) && member(extension, "enabled") === true ? extension : undefined;
}

function parseToDevice(
	extension: JsonObject | undefined,
	messagesPerSync: number,
): Parsed<WantedMessages | undefined> {
	if (extension === undefined) return { ok: true, value: undefined };
	const limit = member(extension, "limit") ?? messagesPerSync;
	if (typeof limit !== "number" || !Number.isSafeInteger(limit) || limit < 1)
		return refuse(errcodes.invalidParam, "extensions.to_device.limit must be a number of at least 1");
	const atMost = Math.min(limit, messagesPerSync);
	const text = member(extension, "since") ?? undefined;
	if (text === undefined || text === "") return { ok: true, value: { since: undefined, atMost } };
	const since = parseSyncToken(typeof text === "string" ? text : "");
	return since.ok ? { ok: true, value: { since: since.value.messages, atMost } } : since;
}

function parseName(body: JsonObject, name: string): Parsed<string | undefined> {
	const value = member(body, name) ?? undefined;
	if (value === undefined || value === "") return { ok: true, value: undefined };
	return typeof value === "string"
		? checkName(name, value)
		: refuse(errcodes.invalidParam, `${name} must be a text`);
}

function parseNames(body: JsonObject, name: string): Parsed<readonly string[]> {
	const object = parseObject(name, member(body, name) ?? {});
	if (!object.ok) return object;
	const names = Object.keys(object.value);
	return names.length <= mostNames
		? { ok: true, value: names }
		: refuse(errcodes.invalidParam, `${name} may have at most ${mostNames} members`);
}
