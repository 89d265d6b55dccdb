import { type DeviceSigningUpload, parseDeviceSigningUpload } from "@countersign/protocol";
import { type AccountId, asAccountId, asSessionId, type SessionId } from "../src/identifiers.ts";
import { bodyOf, identity } from "./identity.ts";

/** People, their devices and the key sets each of them may upload. */
export const people = ["alice", "bob"] as const;
export const devices = ["ONE", "TWO"] as const;
export const keySets = ["a", "b", "c", "d"] as const;

export interface Device {
	readonly localpart: (typeof people)[number];
	readonly device: (typeof devices)[number];
}

export function accountOf(localpart: string): AccountId {
	return asAccountId(`account-${localpart}`);
}

export function sessionOf({ localpart, device }: Device): SessionId {
	return asSessionId(`${localpart}/${device}`);
}

/** The browser in which the person is signed in, since before anybody was thrown out. */
export function browserOf(localpart: string) {
	return { accountId: accountOf(localpart), browser: `browser of ${localpart}`, generation: 0 } as const;
}

/** The body of one of a person's key sets, with the given `auth`. */
export function bodyFor(localpart: string, keySet: string, auth: unknown): DeviceSigningUpload {
	const userId = `@${localpart}:localhost`;
	const parsed = parseDeviceSigningUpload({ ...signedBody(`${localpart}/${keySet}`, userId), auth }, userId);
	if (!parsed.ok) {
		throw new Error(parsed.refusal.error);
	}
	return parsed.value;
}

/** Signed once: ed25519 gives the same signature to the same key set every time. */
const signed = new Map<string, ReturnType<typeof bodyOf>>();

function signedBody(name: string, userId: string): ReturnType<typeof bodyOf> {
	const body = signed.get(name) ?? bodyOf(identity(name), userId);
	signed.set(name, body);
	return body;
}
