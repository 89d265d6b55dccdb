import { errcodes } from "./matrix-error.ts";
import type { Parsed, Refused } from "./parse.ts";
import { accept, refuse } from "./parse.ts";

declare const brand: unique symbol;

/** `@localpart:server`, checked. @see https://spec.matrix.org/v1.17/appendices/#user-identifiers */
export type UserId = string & { readonly [brand]: "UserId" };
/** The part between `@` and the first colon. */
export type Localpart = string & { readonly [brand]: "Localpart" };
/** Chosen by the client, unless it leaves that to the server; 1 to 255 characters. */
export type DeviceId = string & { readonly [brand]: "DeviceId" };

const maxUserIdLength = 255;
const newLocalpart = /^[a-z0-9._=/+-]+$/;
const historicalLocalpart = /^[\x21-\x39\x3b-\x7e]+$/;
const serverName = /^(?:[A-Za-z0-9.-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;
const deviceId = /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/;

/**
 * A localpart for a new account: the current alphabet, not starting with `_` (kept for bridges), not only digits
 * (such names are handed out to guests), short enough that the whole user id fits in 255 bytes.
 * Upper case is refused, not folded: whoever reads what people type has done that before. Refuses with M_INVALID_USERNAME.
 * @see https://spec.matrix.org/v1.17/appendices/#user-identifiers
 */
export function parseLocalpart(
	text: unknown,
	server: string,
): Extract<Parsed<Localpart>, { ok: true }> | LocalpartRefusal {
	if (typeof text !== "string" || text === "") return faulty("empty");
	if (!newLocalpart.test(text)) return faulty("characters");
	if (text.startsWith("_")) return faulty("underscore");
	if (/^[0-9]+$/.test(text)) return faulty("digits");
	if (`@${text}:${server}`.length > maxUserIdLength) return faulty("too-long");
	return { ok: true, value: text as Localpart };
}

/** What is wrong with it, for who says so in words of their own. */
export type LocalpartFault = keyof typeof localpartFaults;
export type LocalpartRefusal = Refused & { readonly fault: LocalpartFault };

const localpartFaults = {
	empty: "A user name is needed",
	characters: "User names may contain only a-z, 0-9 and . _ = - / +",
	underscore: "User names may not begin with an underscore",
	digits: "User names may not consist of digits only",
	"too-long": "This user name is too long",
} as const;

function faulty(fault: LocalpartFault): LocalpartRefusal {
	return { ...refuse(errcodes.invalidUsername, localpartFaults[fault]), fault };
}

/**
 * Any user id that may exist, historical ones included: printable ASCII localpart, valid server name, at most
 * 255 bytes. Refuses with M_INVALID_PARAM.
 * @see https://spec.matrix.org/v1.17/appendices/#historical-user-ids
 */
export function parseUserId(text: unknown): Parsed<UserId> {
	const bad = refuse(errcodes.invalidParam, "Not a valid user id");
	if (typeof text !== "string" || !text.startsWith("@") || text.length > maxUserIdLength) return bad;
	const colon = text.indexOf(":");
	if (colon < 0 || !historicalLocalpart.test(text.slice(1, colon))) return bad;
	return serverName.test(text.slice(colon + 1)) ? accept(text as UserId) : bad;
}

export function localpartOf(userId: UserId): Localpart {
	return userId.slice(1, userId.indexOf(":")) as Localpart;
}

export function serverNameOf(userId: UserId): string {
	return userId.slice(userId.indexOf(":") + 1);
}

/**
 * The one place that puts a user id together.
 * @param localpart an account's: checked when that was made, so it is not checked again
 * @param server a valid server name; it is configuration, not input
 */
export function makeUserId(localpart: string, server: string): UserId {
	return `@${localpart}:${server}` as UserId;
}

/**
 * A device id as any login may carry it: 1 to 255 characters of visible ASCII without `"` and `\`.
 * Scopes ask for more, see `parseMatrixScope`. Refuses with M_INVALID_PARAM.
 * @see https://spec.matrix.org/v1.17/client-server-api/#device-id-allocation
 */
export function parseDeviceId(text: unknown): Parsed<DeviceId> {
	if (typeof text === "string" && deviceId.test(text)) return accept(text as DeviceId);
	return refuse(errcodes.invalidParam, "Not a valid device id");
}

/**
 * Text as a device's id, unchecked: where this server made or stored it, where an edge has checked it by its own rule,
 * and where a device is only looked for. None is stored that went through no check.
 */
export function asDeviceId(text: string): DeviceId {
	return text as DeviceId;
}
