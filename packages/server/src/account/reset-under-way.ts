import { type AccountId, isLiveAt, type ResetRequests, type Transactions } from "@countersign/core";
import type { SecurityEvents } from "../audit/index.ts";

export type ResetUnderWayStorage = Pick<
	Transactions<{
		readonly requests: Pick<ResetRequests, "ofAccount">;
		readonly events: Pick<SecurityEvents, "list">;
	}>,
	"read"
>;

/**
 * Whether an app of the person may be about to replace their identity: a request of theirs waits or may be used, or the
 * homeserver takes any.
 */
export async function isResetUnderWay(
	storage: ResetUnderWayStorage,
	accountId: AccountId,
	now: number,
): Promise<boolean> {
	const requests = await storage.read.requests.ofAccount(accountId, now);
	if (requests.some((request) => isLiveAt(request, now))) return true;
	return (await windowOpenUntil(storage, accountId, now)) !== undefined;
}

/** By the person's own log, which is all that is known here: the homeserver does not tell. */
export async function windowOpenUntil(
	{ read: { events } }: { readonly read: Pick<ResetUnderWayStorage["read"], "events"> },
	accountId: AccountId,
	now: number,
): Promise<number | undefined> {
	const [latest] = await events.list(accountId, { limit: 1, kinds: ["reset-window-opened"] });
	const until = Number(latest?.detail.until);
	return until > now ? until : undefined;
}
