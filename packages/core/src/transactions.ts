/**
 * The port through which everything is stored: a `Unit` is the set of repositories that work on one transaction.
 * A consumer names only the repositories it uses; the storage adapter satisfies every such slice.
 */
export interface Transactions<Unit> {
	/** Reads what is committed, outside any transaction. Writing through it fails. */
	readonly read: Unit;
	/**
	 * Runs `work` atomically and serialised against other writers of the same rows. Resolves after the commit is
	 * durable; when `work` throws, nothing it did remains. `work` must await nothing but the unit's own methods, and
	 * may be run again from its beginning when it lost against another writer: nothing else may know of the first try.
	 */
	write<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
}
