import type { GuardMeans } from "./guarded-homeserver.ts";
import type { AccountId } from "./identifiers.ts";
import type { Spends } from "./spends.ts";

/** So many are looked at in one run; the others are first in the next. */
const atMost = 100;

/**
 * Brings to an end what nobody came back for: spends whose lease is over. What the homeserver holds decides: all of
 * the keys, and the approval is spent; some, and the rest is sent, which the same approval is for; none, and the
 * approval is given back, or withdrawn with its session. Where it does not answer, all stays as it is. An app of this
 * process that comes back meanwhile waits for it, and is not sent away for it.
 *
 * @param userIdOf the Matrix user id of an account
 * @returns how many have come to an end
 */
export async function finishSpends(
	{ storage, clock }: Pick<GuardMeans, "storage" | "clock">,
	spends: Pick<Spends, "finish">,
	userIdOf: (accountId: AccountId) => Promise<string | undefined>,
): Promise<number> {
	const overdue = await storage.read.requests.overdueSpends(clock(), atMost);
	let ended = 0;
	for (const found of overdue) {
		const userId = await userIdOf(found.accountId);
		const after = userId === undefined ? undefined : await spends.finish(found, userId);
		if (after !== undefined && after.request.state !== "spending") ended += 1;
	}
	return ended;
}
