import type { DeviceId } from "@countersign/protocol";
import type { AccountId, SessionId } from "../identifiers.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

/** How long what was taken away is held and kept, in milliseconds. */
export const holdLifetimes = {
	/** So long after the last of it was taken away, with nobody asked for an approval, it comes back. */
	quietMs: 10 * minute,
	/**
	 * So long after the first of it was taken away it comes back in any case where nobody is asked: whoever has a token
	 * takes something away now and then, and what another device gave up would never be quiet.
	 */
	heldMs: 60 * minute,
	/**
	 * So long after an approved reset, or after it was given up, what was held is kept out of everybody's reach, unless the
	 * operator wants another time.
	 */
	keptMs: 7 * day,
	/** So long a person lets one of their apps read what is kept. */
	readingMs: 10 * minute,
} as const;

/** An account opens so many within an hour: whoever has a token could otherwise fill its log, and the disk. */
export const holdLimits = { perWindow: 20, windowMs: 60 * minute } as const;

/**
 * So many of an account are kept at once of what was wanted away without a reset. When full the oldest stay, so that a
 * thief cannot push out the real one.
 */
export const mostKept = 2;

/**
 * So many of an account are kept at once of what opens a backup that is back. With that many nothing is taken away any
 * more, until one is over or its person deletes them: the next to be given back would find no room.
 */
export const mostAside = 8;

/**
 * Which versions of the key backup were taken away. A newest one goes with all before it, as its app expects none to
 * come after it; one that a newer one stands beside goes alone, as plain homeservers have it.
 */
export interface TakenVersions {
	/** The newest version that was taken with every one before; 0 where none was. */
	readonly floor: number;
	/** Those above it that were taken alone, in order. */
	readonly alone?: readonly number[];
}

/** Whether this version was taken away. */
export function isTaken({ floor, alone = [] }: TakenVersions, version: number): boolean {
	return version <= floor || alone.includes(version);
}

/** The versions that a person would read back of it, the newest first; 0 where none was taken away. */
export function versionsTaken({ floor, alone = [] }: TakenVersions): readonly [number, ...number[]] {
	const [newest = 0, ...others] = [...new Set([floor, ...alone])]
		.filter((one) => one > 0)
		.toSorted((a, b) => b - a);
	return [newest, ...others];
}

/** With this one taken away too; `isAlone` where a newer one stands. */
export function withTaken(
	{ floor: before, alone = [] }: TakenVersions,
	{ version, isAlone }: { readonly version: number; readonly isAlone: boolean },
): TakenVersions {
	const floor = isAlone ? before : Math.max(before, version);
	const above = [...new Set([...alone, version])].filter((one) => one > floor);
	return { floor, ...(above.length > 0 && { alone: above.toSorted((a, b) => a - b) }) };
}

/**
 * So many are taken alone in one hold, with those that are kept already: an app has no use for more, and rows stay few.
 * Who wants more is refused: to drop one for want of room would let whoever has a token fill it with empty ones.
 */
export const mostAlone = 20;

/**
 * What devices of a person took away: apps do that before they ask for a reset, and nobody knows yet whether it will
 * happen. To the devices that took it, it is gone; to all others it stands as it stood.
 */
interface HoldFacts extends TakenVersions {
	readonly reference: string;
	readonly accountId: AccountId;
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
 * | `aside`  | the backup is as it was; what opened it is kept         | `back` after a while                  |
 * | `gone`   | nothing is left                                         |                                       |
 */
export type OpenHold = HoldFacts & { readonly state: "held" | "asked" };

/**
 * What became of it. `in-part`: what an app has written since stays, so that no account data came back. What opens the
 * backup may then be in none of its devices any more: it is kept for the person like what a reset leaves.
 */
export type PutBack = "whole" | "in-part";

/** Why something is kept and does not come back by itself. */
export type KeptBecause =
	/** The reset happened. */
	| "replaced"
	/** The deletion was wanted for itself: the backup was switched off, or another one begun, without a reset. */
	| "wanted";

/** One that is kept. */
export interface KeptHold extends Pick<HoldFacts, "reference" | "accountId" | "floor" | "alone" | "devices"> {
	/** The backup itself came back and stands; kept is only what opens it. */
	readonly isBack: boolean;
	/** A reset happened, which its person had approved. */
	readonly isReplaced?: boolean;
	/** When the hold was over: from then on it was gone to everybody, or back. */
	readonly endedAt: number;
	/** When it is dropped. */
	readonly until: number;
	/** Which session its person has let read it, and until when; also where that is over. */
	readonly reading?: { readonly sessionId: SessionId; readonly until: number };
}

/** Holds in storage, in the caller's transaction. */
export interface Holds {
	/** How long the operator wants things kept, in milliseconds; 0: not at all. */
	readonly keptMs: number;
	/** The one that is held or asked about; the database holds that there is no other. */
	open(accountId: AccountId): Promise<OpenHold | undefined>;
	/** Adds it, or changes it as long as it is open. */
	put(hold: OpenHold): Promise<void>;
	/**
	 * Puts back what was taken away, and closes the hold. All of the account data or nothing of it: only if every type
	 * still holds what the devices of the hold wrote last. `begun`: where the data are not in this transaction, the rest
	 * is done after it, and `recordPutBack` called then. `asideUntil`: so long what opens the backup is kept where it is
	 * back in part; undefined: not at all.
	 */
	putBack(
		hold: OpenHold,
		how: { readonly now: number; readonly asideUntil?: number | undefined },
	): Promise<PutBack | "begun">;
	/** Closes the hold: from now on what was taken away is gone to everybody, and is dropped at `until`. */
	keep(
		hold: OpenHold,
		how: { readonly until: number; readonly now: number; readonly isReplaced?: boolean },
	): Promise<void>;
	/** Closes the hold, and drops what was taken away. */
	drop(hold: OpenHold, now: number): Promise<void>;
	/** Writes down what an open hold's device overwrites, and with what. Of each type the first value counts. */
	setAside(hold: OpenHold, overwritten: Overwritten): Promise<void>;
	/** Writes down what stands in account data and is not overwritten so far; what was set aside of the type stays. */
	copy(hold: OpenHold, copied: Pick<Overwritten, "type" | "content">): Promise<void>;
	/** How many were opened since then, and when the first of those was. */
	openedSince(
		accountId: AccountId,
		since: number,
	): Promise<{ readonly count: number; readonly oldestAt?: number }>;
	/** Whether this device took something away since then that does not come back: it is kept, or dropped. */
	tookForGood(
		by: { readonly accountId: AccountId; readonly deviceId: DeviceId },
		since: number,
	): Promise<boolean>;
	/** What is kept of the account, the oldest first. */
	kept(accountId: AccountId): Promise<readonly KeptHold[]>;
	/** Lets a session read all that is kept of the account, until then; the one that was let before does no more. */
	letRead(accountId: AccountId, by: { readonly sessionId: SessionId; readonly until: number }): Promise<void>;
	/** Drops everything that is kept of the account, and all trace of what it was; a backup that is back stays. Returns what that was. */
	dropKept(accountId: AccountId, now: number): Promise<readonly KeptHold[]>;
	/** Whether anything is kept that is to be kept no longer than `before`. */
	hasOver(before: number): Promise<boolean>;
	/** Drops a batch of what is kept no longer than `before`. Returns what that was. */
	dropOver(before: number, now: number): Promise<readonly KeptHold[]>;
}

/** Account data of one type, before and after a write. */
export interface Overwritten {
	readonly type: string;
	readonly before: Readonly<Record<string, unknown>>;
	readonly content: Readonly<Record<string, unknown>>;
}
