/**
 * The port through which everything is stored: a `Unit` is the set of repositories that work on one transaction.
 * A consumer names only the repositories it uses, and as `Reads` what it reads of them outside a transaction, so that
 * the compiler refuses a write there; the storage adapter satisfies every such slice. Storage that cannot be reached,
 * or has no room, throws `StorageUnavailable` from every method.
 */
export interface Transactions<Unit, Reads = Unit> {
	/** Reads what is committed, outside any transaction. Writing through it fails. */
	readonly read: Reads;
	/**
	 * Runs `work` atomically and serialised against other writers of the same rows. Resolves after the commit is
	 * durable; when `work` throws, nothing it did remains. `work` must await nothing but the unit's own methods, and
	 * may be run again from its beginning when it lost against another writer: nothing else may know of the first try.
	 */
	write<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
}

/**
 * The storage did not answer, or cannot take anything at the moment: no fault of the request, which may be sent again
 * later. Whether what was to be committed is there, nobody knows.
 */
export class StorageUnavailable extends Error {
	override readonly name = "StorageUnavailable";
}
