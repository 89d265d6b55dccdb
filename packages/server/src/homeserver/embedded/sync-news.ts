import { passesAccountData } from "./account-data-filter.ts";
import type { ClientDataStorage } from "./client-data.ts";
import type { Caller } from "./endpoint.ts";
import type { JsonObject } from "./ports.ts";
import { pushRules, pushRulesType } from "./push-rules.ts";
import { makeSyncToken, type SyncPoint } from "./sync-token.ts";

/** So many messages at once; what is left comes with the next sync, which does not wait. */
export const messagesPerSync = 100;

/** The algorithm every device offers keys for. Its count is always told: absent, apps upload nothing. */
const defaultCounts = { signed_curve25519: 0 } as const;

type Read = ClientDataStorage["read"];

/** A part of the stream: `upTo` was read before anything in it, so that nothing committed later is passed over. */
export interface StreamPart {
	readonly after: number;
	readonly upTo: number;
}

export interface News {
	/** True when it tells the device nothing worth waking it for. */
	readonly isEmpty: boolean;
	/** The answer to a sync. */
	readonly body: Readonly<Record<string, unknown>>;
}

/** What has come for the device after `since`; all there is where that is undefined. */
export async function collectNews(
	read: Read,
	caller: Caller,
	{ since: known, filter }: { readonly since?: SyncPoint; readonly filter: JsonObject },
): Promise<News> {
	// First of all: what is committed later than this lies behind the token and comes with the next sync.
	const part = { after: known?.messages ?? 0, upTo: await read.stream.position(caller.accountId) };
	const since = known?.rest;
	const messages = await messagesIn(read, caller, { ...part, atMost: messagesPerSync });
	const written = await accountDataIn(read, caller, { since, upTo: part.upTo });
	const accountData = written.filter(({ type }) => passesAccountData(filter, type));
	const keys = await keysLeft(read, caller);
	const isIdentityNew = since !== undefined && (await read.keyChanges.changedSince(caller.accountId, since));
	return {
		isEmpty:
			since !== undefined && messages.events.length === 0 && accountData.length === 0 && !isIdentityNew,
		body: {
			next_batch: makeSyncToken({ messages: messages.upTo, rest: part.upTo }),
			account_data: { events: accountData },
			to_device: { events: messages.events },
			...(since !== undefined && { device_lists: deviceLists(caller, isIdentityNew) }),
			...keys,
			"org.matrix.msc2732.device_unused_fallback_key_types": keys.device_unused_fallback_key_types,
			rooms: {},
		},
	};
}

/** The oldest messages that wait for the device; `upTo` is as far as they go, or the end of the part. */
export async function messagesIn(
	read: Read,
	caller: Caller,
	{ atMost, ...part }: StreamPart & { readonly atMost: number },
): Promise<{ readonly events: readonly unknown[]; readonly upTo: number }> {
	const messages = await read.toDevice.waiting(caller, part, atMost);
	const rest = messages.length < atMost ? undefined : messages.at(-1)?.position;
	return {
		events: messages.map(({ sender, type, content }) => ({ sender, type, content })),
		upTo: rest ?? part.upTo,
	};
}

/** What was written since; all there is where that is undefined, and then what the server keeps itself too. */
export async function accountDataIn(
	read: Read,
	{ accountId, userId }: Caller,
	{ since, upTo }: { readonly since: number | undefined; readonly upTo: number },
): Promise<readonly { readonly type: string; readonly content: JsonObject }[]> {
	const written = await read.accountData.between(accountId, { after: since ?? 0, upTo });
	return [
		...(since === undefined ? [{ type: pushRulesType, content: pushRules(userId) }] : []),
		...written.map(({ type, content }) => ({ type, content })),
	];
}

/** Without rooms nobody follows anybody else's devices: it is the caller or nobody. */
export function deviceLists({ userId }: Caller, isIdentityNew: boolean) {
	return { changed: isIdentityNew ? [userId] : [], left: [] };
}

/** @see https://spec.matrix.org/v1.17/client-server-api/#e2e-extensions-to-sync */
export async function keysLeft(read: Read, { accountId, deviceId }: Caller) {
	const unused = await read.fallbackKeys.unusedAlgorithms(accountId, deviceId);
	return {
		device_one_time_keys_count: {
			...defaultCounts,
			...(await read.oneTimeKeys.counts(accountId, deviceId)),
		},
		device_unused_fallback_key_types: unused,
	};
}
