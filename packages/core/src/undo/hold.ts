import type { DeviceId } from "@countersign/protocol";
import type { AccountId } from "../identifiers.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

/** How long what was taken away is held and kept, in milliseconds. */
export const holdLifetimes = {
	/** So long after the last of it was taken away, with nobody asked for an approval, it comes back. */
	quietMs: 10 * minute,
	/** So long after an approved reset, or after it was given up, what was held is in the database, out of everybody's reach. */
	keptMs: 7 * day,
} as const;

/** An account opens so many within an hour: whoever has a token could otherwise fill its log, and the disk. */
export const holdLimits = { perWindow: 20, windowMs: 60 * minute } as const;

/** So many of an account are kept at once. When full the oldest stay, so that a thief cannot push out the real one. */
export const mostKept = 2;

/**
 * What devices of a person took away: apps do that before they ask for a reset, and nobody knows yet whether it will
 * happen. To the devices that took it, it is gone; to all others it stands as it stood.
 */
interface HoldFacts {
	readonly reference: string;
	readonly accountId: AccountId;
	/** The newest version of the key backup that was taken away, and with it every one before; 0 where none was. */
	readonly floor: number;
	/** By device id and not by token: those rotate. */
	readonly devices: readonly DeviceId[];
	/** The dehydrated device, where that was taken away. */
	readonly dehydratedDevice?: DeviceId;
	readonly openedAt: number;
	/** When something was taken away last. */
	readonly lastAt: number;
	/** Where marks are not seen as they are written: those that said before already that no backup is wanted. */
	readonly switchedOff?: readonly string[];
}

/**
 * | state    | what is true                                            | leads to                              |
 * | -------- | ------------------------------------------------------- | ------------------------------------- |
 * | `held`   | nobody has been asked for an approval                   | `asked`, `kept`, `back` after a while |
 * | `asked`  | a person is asked, or has approved                      | `kept` with the spend, else `back`    |
 * | `kept`   | gone to everybody; in the database until a time of its  | `gone`                                |
 * | `back`   | everything is as it was                                 |                                       |
 * | `gone`   | nothing is left                                         |                                       |
 */
export type OpenHold = HoldFacts & { readonly state: "held" | "asked" };

/** What became of it. `in-part`: what an app has written since stays, so that not all of it came back. */
export type PutBack = "whole" | "in-part";

/** Why something is kept and does not come back by itself. */
export type KeptBecause =
	/** The reset happened. */
	| "replaced"
	/** The deletion was wanted for itself: the backup was switched off, or another one begun, without a reset. */
	| "wanted";

/** Holds in storage, in the caller's transaction. */
export interface Holds {
	/** The one that is held or asked about; the database holds that there is no other. */
	open(accountId: AccountId): Promise<OpenHold | undefined>;
	/** Adds it, or changes it as long as it is open. */
	put(hold: OpenHold): Promise<void>;
	/**
	 * Puts back what was taken away, and closes the hold. All of the account data or nothing of it: only if every type
	 * still holds what the devices of the hold wrote last. `begun`: where the data are not in this transaction, the rest
	 * is done after it, and `recordPutBack` called then.
	 */
	putBack(hold: OpenHold, now: number): Promise<PutBack | "begun">;
	/** Closes the hold: from now on what was taken away is gone to everybody, and is dropped at `until`. */
	keep(hold: OpenHold, how: { readonly until: number; readonly now: number }): Promise<void>;
	/** Closes the hold, and drops what was taken away. */
	drop(hold: OpenHold, now: number): Promise<void>;
	/** Writes down what an open hold's device overwrites, and with what. Of each type the first value counts. */
	setAside(hold: OpenHold, overwritten: Overwritten): Promise<void>;
	/** How many were opened since then, and when the first of those was. */
	openedSince(
		accountId: AccountId,
		since: number,
	): Promise<{ readonly count: number; readonly oldestAt?: number }>;
	/** How many are kept. */
	countKept(accountId: AccountId): Promise<number>;
	/** Drops everything that is kept of the account, and all trace of what it was. */
	dropKept(accountId: AccountId): Promise<void>;
}

/** Account data of one type, before and after a write. */
export interface Overwritten {
	readonly type: string;
	readonly before: Readonly<Record<string, unknown>>;
	readonly content: Readonly<Record<string, unknown>>;
}
