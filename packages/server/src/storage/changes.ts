import type { AccountId } from "@countersign/core";

/** Told after a commit: the accounts it brought something new for; everyone, where that may have been missed. */
export type ChangeListener = (changed: ReadonlySet<AccountId> | "everyone") => void;

/**
 * Collects whom a unit of work concerns and tells it once that unit is committed: somebody woken earlier would look
 * at the database and see nothing new. Units run one after another, so what is noted belongs to the running one.
 */
export function createChanges() {
	const listeners: ChangeListener[] = [];
	let noted = new Set<AccountId>();
	return {
		note(accountId: AccountId): void {
			noted.add(accountId);
		},

		/** Wraps a unit of work; call `tell` when its commit is done. */
		collect<T>(work: () => Promise<T>) {
			let mine: ReadonlySet<AccountId> = new Set();
			return {
				async work(): Promise<T> {
					noted = new Set();
					const result = await work();
					mine = noted;
					return result;
				},
				tell(): void {
					if (mine.size > 0) {
						for (const listener of listeners) {
							listener(mine);
						}
					}
				},
			};
		},

		listen(listener: ChangeListener): void {
			listeners.push(listener);
		},
	};
}
