import type { AccountId, Transactions } from "@countersign/core";
import type { BegunRequests } from "../authorization/ports.ts";
import type { NewRateLimiter } from "../limits/ports.ts";
import type { QuickRotations, UseNotes } from "../sessions/ports.ts";
import type { ChangeListener } from "./changes.ts";
import type { Unit } from "./unit.ts";

/** The opened database: the transactions every folder works with, and the way to close it. */
export interface Storage extends Transactions<Unit> {
	/** Tells the listener, after each commit, which accounts it brought something new for. It must not throw. */
	watch(listener: ChangeListener): void;
	/**
	 * Does this while nobody else does something of this kind for the account, at any server on the same data: for what
	 * asks another server in between, and so is no transaction. Throws `StorageUnavailable` where the turn cannot be had.
	 */
	exclusively<T>(accountId: AccountId, work: () => Promise<T>): Promise<T>;
	/** Counts attempts: in memory where the data are one server's, else where every server sees them. */
	readonly newRateLimiter: NewRateLimiter;
	/** Where a unit of work is several messages to somebody else. In one file it is the quickest there is. */
	readonly rotations?: QuickRotations;
	readonly useNotes?: UseNotes;
	readonly begunRequests?: BegunRequests;
	/**
	 * Waits for accepted writes, then closes the database. A database elsewhere that does not answer is waited for until
	 * `giveUp`, ten seconds unless given; what it was still to write is lost then.
	 */
	close(giveUp?: AbortSignal): Promise<void>;
}
