import { passesAccountData } from "./account-data-filter.ts";
import type { ClientDataStorage } from "./client-data.ts";
import type { Caller } from "./endpoint.ts";
import type { JsonObject } from "./ports.ts";
import { makeSyncToken } from "./sync-token.ts";

/** So many messages at once; what is left comes with the next sync, which does not wait. */
const messagesPerSync = 100;

/** The algorithm every device offers keys for. Its count is always told: absent, apps upload nothing. */
const defaultCounts = { signed_curve25519: 0 } as const;

export interface News {
	/** True when it tells the device nothing worth waking it for. */
	readonly isEmpty: boolean;
	/** The answer to a sync. */
	readonly body: Readonly<Record<string, unknown>>;
}

/** What has come for the device after `since`; all there is where that is undefined. */
export async function collectNews(
	read: ClientDataStorage["read"],
	caller: Caller,
	{ since, filter }: { readonly since?: number; readonly filter: JsonObject },
): Promise<News> {
	// First of all: what is committed later than this lies behind the token and comes with the next sync.
	const latest = await read.stream.position();
	const range = { after: since ?? 0, upTo: latest };
	const messages = await read.toDevice.waiting(caller, range, messagesPerSync);
	const rest = messages.length < messagesPerSync ? undefined : messages.at(-1)?.position;
	const written = await read.accountData.between(caller.accountId, range);
	const accountData = written.filter(({ type }) => passesAccountData(filter, type));
	const isIdentityNew = since !== undefined && (await read.keyChanges.changedSince(caller.accountId, since));
	return {
		isEmpty: since !== undefined && messages.length === 0 && accountData.length === 0 && !isIdentityNew,
		body: {
			next_batch: makeSyncToken(rest ?? latest),
			account_data: { events: accountData.map(({ type, content }) => ({ type, content })) },
			to_device: { events: messages.map(({ sender, type, content }) => ({ sender, type, content })) },
			...(since !== undefined && {
				device_lists: { changed: isIdentityNew ? [caller.userId] : [], left: [] },
			}),
			...(await keysLeft(read, caller)),
			rooms: {},
		},
	};
}

/** @see https://spec.matrix.org/v1.17/client-server-api/#e2e-extensions-to-sync */
async function keysLeft(read: ClientDataStorage["read"], { accountId, deviceId }: Caller) {
	const unused = await read.fallbackKeys.unusedAlgorithms(accountId, deviceId);
	return {
		device_one_time_keys_count: {
			...defaultCounts,
			...(await read.oneTimeKeys.counts(accountId, deviceId)),
		},
		device_unused_fallback_key_types: unused,
		"org.matrix.msc2732.device_unused_fallback_key_types": unused,
	};
}
