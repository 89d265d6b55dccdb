import type { AccountId } from "@countersign/core";

/** The accounts that a commit brought something new for; everyone, where that may have been missed. */
export type Changed = ReadonlySet<AccountId> | "everyone";

/** Tells requests that are held open in this process when something new was committed for their account. */
export interface Wakeups {
	/** Call after the commit. */
	wake(changed: Changed): void;
	/** Begins to listen at once: call it before the first look, or news between look and wait are missed. */
	watch(accountId: AccountId): Watch;
}

interface Watch {
	/** Resolves when there was news since the last call, or when the signal fires; never rejects. */
	news(until: AbortSignal): Promise<void>;
	/** Stops listening. */
	close(): void;
}

export function createWakeups(): Wakeups {
	const listening = new Map<AccountId, Set<() => void>>();
	return {
		wake(changed) {
			const accountIds = changed === "everyone" ? listening.keys() : changed;
			for (const accountId of accountIds) {
				for (const notify of listening.get(accountId) ?? []) notify();
			}
		},

		watch(accountId) {
			let unseen = false;
			let resume = () => {};
			const notify = () => {
				unseen = true;
				resume();
			};
			const listeners = listening.get(accountId) ?? new Set();
			listening.set(accountId, listeners.add(notify));
			return {
				async news(until) {
					if (!unseen && !until.aborted) {
						await new Promise<void>((resolve) => {
							resume = resolve;
							until.addEventListener("abort", () => resolve(), { once: true });
						});
					}
					unseen = false;
				},
				close() {
					listeners.delete(notify);
					if (listeners.size === 0 && listening.get(accountId) === listeners) listening.delete(accountId);
				},
			};
		},
	};
}
