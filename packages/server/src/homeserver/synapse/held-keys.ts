import type { HeldKeys, StoredKey } from "@countersign/core";
import {
	bytesToSign,
	CanonicalJsonError,
	isRecord,
	type KeySlot,
	keySlots,
	member,
} from "@countersign/protocol";
import { type AskClientApi, unavailable } from "./client-api.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** What Synapse shows a person of their own devices and keys. */
export interface OwnKeys {
	/** Device keys by device id. */
	readonly devices: JsonObject;
	readonly crossSigning: Readonly<Partial<Record<KeySlot, JsonObject>>>;
}

const queryTimeoutMs = 10_000;

/**
 * Asks Synapse for a person's keys in their own name, which shows the user-signing key too.
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keysquery
 */
export async function queryOwnKeys(ask: AskClientApi, asToken: string, userId: string): Promise<OwnKeys> {
	const { status, body } = await ask({
		method: "POST",
		path: "/_matrix/client/v3/keys/query",
		query: { user_id: userId },
		accessToken: asToken,
		body: { device_keys: { [userId]: [] } },
		timeoutMs: queryTimeoutMs,
	});
	if (status !== 200)
		throw unavailable(`keys/query was answered with ${status} ${String(member(body, "errcode"))}`);
	const of = (name: string) => ownPart(body, name, userId);
	return {
		devices: of("device_keys") ?? {},
		crossSigning: Object.fromEntries(
			keySlots.flatMap(({ slot, name }) => {
				const key = of(`${name}s`);
				return key === undefined ? [] : [[slot, key]];
			}),
		),
	};
}

export function heldKeys({ devices, crossSigning }: OwnKeys): HeldKeys {
	return {
		deviceIds: Object.keys(devices),
		identity: Object.fromEntries(
			Object.entries(crossSigning).map(([slot, object]) => [slot, storedKey(object)]),
		),
	};
}

/** The key's first name. Synapse stores keys that we would refuse: such a one counts as there, and equals none of ours. */
export function publicKeyOf(object: JsonObject): string {
	const keys = member(object, "keys");
	const [first] = isRecord(keys) ? Object.values(keys) : [];
	return typeof first === "string" ? first : "";
}

function storedKey(object: JsonObject): StoredKey {
	return { publicKey: publicKeyOf(object), signed: signedText(object) };
}

function signedText(object: JsonObject): string {
	try {
		return bytesToSign(object);
	} catch (error) {
		if (error instanceof CanonicalJsonError) return "";
		throw error;
	}
}

function ownPart(body: JsonObject, name: string, userId: string): JsonObject | undefined {
	const all = member(body, name);
	if (all !== undefined && !isRecord(all)) throw unavailable(`keys/query: ${name} is no object`);
	const own = all && member(all, userId);
	if (own !== undefined && !isRecord(own)) throw unavailable(`keys/query: ${name} is no object`);
	return own;
}
