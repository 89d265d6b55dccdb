/** Tells requests that are held open when something new was committed for their account. In this process only. */
export interface Wakeups {
	/** Call after the commit. */
	wake(accountIds: Iterable<string>): void;
	/** Begins to listen at once: call it before the first look, or news between look and wait are missed. */
	watch(accountId: string): Watch;
}

interface Watch {
	/** Resolves when there was news since the last call, or when the signal fires; never rejects. */
	news(until: AbortSignal): Promise<void>;
	/** Stops listening. */
	close(): void;
}

export function createWakeups(): Wakeups {
	const listening = new Map<string, Set<() => void>>();
	return {
		wake(accountIds) {
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
