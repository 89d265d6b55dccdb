import { type AccountId, isLiveAt, type ResetRequests, type Transactions } from "@countersign/core";
import { resetWindowOf, type SecurityEvents } from "../audit/index.ts";

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
	return (await resetWindowOf(storage.read.events, accountId, now))?.state === "open";
}
