import type { AccountId } from "@countersign/core";

/** One after another for each account, in the order in which they came to this process. */
export function createTurns() {
	const last = new Map<AccountId, Promise<unknown>>();
	return async function take<T>(accountId: AccountId, work: () => Promise<T>): Promise<T> {
		const before = last.get(accountId);
		const mine = (before ?? Promise.resolve()).then(work, work);
		last.set(accountId, mine);
		try {
			return await mine;
		} finally {
			if (last.get(accountId) === mine) last.delete(accountId);
		}
	};
}
