/** Places where two devices meet before one of them is signed in, each with one payload that either may replace. */
export interface RendezvousRecords {
	/** How many have not expired. */
	countLive(now: number): Promise<number>;
	add(place: StoredRendezvous & { readonly idHash: string }): Promise<void>;
	/** The place, unless it has expired. */
	find(idHash: string, now: number): Promise<StoredRendezvous | undefined>;
	/**
	 * Puts a payload in the place of the one that `expected` names; false if that is no longer there or has expired.
	 * One statement: of two writers who have seen the same payload, one hears true.
	 */
	replace(idHash: string, replacement: Replacement): Promise<boolean>;
	/** False if there was none, or it had expired. */
	remove(idHash: string, now: number): Promise<boolean>;
	/** Deletes one batch of those that expired before `before` and returns how many. */
	deleteExpired(before: number): Promise<number>;
}

export interface StoredRendezvous {
	/** Base64 of the bytes. */
	readonly payload: string;
	/** Names this payload; every write makes another, the same payload again too. */
	readonly token: string;
	readonly modifiedAt: number;
	readonly expiresAt: number;
}

interface Replacement {
	readonly expected: string;
	readonly payload: string;
	readonly token: string;
	readonly now: number;
}

/** The repository behind places to meet. */
export interface RendezvousUnit {
	readonly rendezvous: RendezvousRecords;
}
