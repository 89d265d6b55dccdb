import type { ClientDataStorage } from "../client-data.ts";
import type { Caller } from "../endpoint.ts";
import { accountDataIn, deviceLists, keysLeft, messagesIn, type News } from "../sync-news.ts";
import { makeSyncToken } from "../sync-token.ts";
import { makePosition, type Position } from "./position.ts";
import type { SlidingSyncRequest } from "./request.ts";

type Read = ClientDataStorage["read"];

/** What one extension has to tell. */
interface Told {
	readonly isEmpty: boolean;
	readonly extension: Readonly<Record<string, unknown>>;
}

/**
 * What has come since the position; all there is where that is undefined. Each extension goes on from where it was
 * last told on this connection: one that is switched on late has all to tell.
 */
export async function collectSlidingNews(
	read: Read,
	caller: Caller,
	{ request, position }: { readonly request: SlidingSyncRequest; readonly position: Position | undefined },
): Promise<News> {
	// First of all: what is committed later than this lies behind the position and comes with the next sync.
	const upTo = await read.stream.position(caller.accountId);
	const toDevice = request.toDevice && (await tellMessages(read, caller, { ...request.toDevice, upTo }));
	const keys = request.wantsKeys ? await tellKeys(read, caller, position?.keyChanges) : undefined;
	const accountData = request.wantsAccountData
		? await tellAccountData(read, caller, { since: position?.accountData, upTo })
		: undefined;
	const next = {
		keyChanges: request.wantsKeys ? upTo : position?.keyChanges,
		accountData: request.wantsAccountData ? upTo : position?.accountData,
	};
	return {
		isEmpty: position !== undefined && [toDevice, keys, accountData].every((told) => told?.isEmpty !== false),
		body: {
			pos: makePosition({ ...caller, connectionId: request.connectionId }, next),
			...(request.transactionId !== undefined && { txn_id: request.transactionId }),
			lists: Object.fromEntries(request.lists.map((name) => [name, { count: 0 }])),
			rooms: {},
			extensions: {
				...(toDevice && { to_device: toDevice.extension }),
				...(keys && { e2ee: keys.extension }),
				...(accountData && { account_data: accountData.extension }),
				...Object.fromEntries(request.aboutRooms.map((name) => [name, { rooms: {} }])),
			},
		},
	};
}

/** @see https://github.com/matrix-org/matrix-spec-proposals/pull/3885 */
async function tellMessages(
	read: Read,
	caller: Caller,
	{ since, ...rest }: { readonly since: number | undefined; readonly upTo: number; readonly atMost: number },
): Promise<Told> {
	const { events, upTo } = await messagesIn(read, caller, { after: since ?? 0, ...rest });
	return {
		isEmpty: events.length === 0,
		extension: { next_batch: makeSyncToken({ messages: upTo, rest: upTo }), events },
	};
}

/** @see https://github.com/matrix-org/matrix-spec-proposals/pull/3884 */
async function tellKeys(read: Read, caller: Caller, since: number | undefined): Promise<Told> {
	const isIdentityNew = since !== undefined && (await read.keyChanges.changedSince(caller.accountId, since));
	return {
		isEmpty: since !== undefined && !isIdentityNew,
		extension: {
			...(since !== undefined && { device_lists: deviceLists(caller, isIdentityNew) }),
			...(await keysLeft(read, caller)),
		},
	};
}

/** @see https://github.com/matrix-org/matrix-spec-proposals/pull/3959 */
async function tellAccountData(
	read: Read,
	caller: Caller,
	{ since, upTo }: { readonly since: number | undefined; readonly upTo: number },
): Promise<Told> {
	const global = await accountDataIn(read, caller, { since, upTo });
	return { isEmpty: since !== undefined && global.length === 0, extension: { global, rooms: {} } };
}
