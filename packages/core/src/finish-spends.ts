import { carryOutSpend } from "./carry-out-spend.ts";
import type { GuardMeans } from "./guarded-homeserver.ts";
import type { AccountId } from "./identifiers.ts";
import { homeserver, resumeSpend } from "./spend.ts";

/** So many are looked at in one run; the others are first in the next. */
const atMost = 100;

/**
 * Brings to an end what nobody came back for: spends whose lease is over. What the homeserver holds decides: all of
 * the keys, and the approval is spent; some, and the rest is sent, which the same approval is for; none, and the
 * approval is given back, or withdrawn with its session. Where it does not answer, all stays as it is.
 *
 * @param userIdOf the Matrix user id of an account
 * @returns how many have come to an end
 */
export async function finishSpends(
	means: GuardMeans,
	userIdOf: (accountId: AccountId) => Promise<string | undefined>,
): Promise<number> {
	const overdue = await means.storage.read.requests.overdueSpends(means.clock(), atMost);
	let ended = 0;
	for (const found of overdue) {
		const userId = await userIdOf(found.accountId);
		const how = { now: means.clock(), move: "take-over-to-end" } as const;
		const request = userId === undefined ? undefined : await resumeSpend(means.storage, found, how);
		if (userId === undefined || request === undefined) continue;
		const spend = { request, userId, actor: homeserver, whereNothingArrived: "give-back" } as const;
		const after = await carryOutSpend(means, spend);
		if (after.request.state !== "spending") ended += 1;
	}
	return ended;
}
