import type { AccountId, ResetRequests, SignedInBrowsers } from "@countersign/core";
import type { SecurityEvents } from "../audit/ports.ts";
import type { AddressRecords } from "../identifiers/ports.ts";
import type { Letters } from "../notices/ports.ts";
import type { OneTimeCodeRecords, PasskeyRecords, RecoveryCodeRecords } from "../proofs/ports.ts";

/** What lost factors need of the storage, all of it in one transaction. */
export interface LossUnit {
	readonly factorLosses: LossRecords & DueLossRecords & LossEnd;
	readonly addresses: Pick<AddressRecords, "list">;
	readonly mailTasks: Letters;
	readonly events: Pick<SecurityEvents, "record">;
	readonly accounts: { raiseGeneration(id: AccountId): Promise<void> };
	readonly requests: Pick<ResetRequests, "withdraw">;
	readonly browserSessions: Pick<SignedInBrowsers, "isSignedIn"> & {
		endAllOf(accountId: AccountId): Promise<number>;
	};
	readonly passkeys: Pick<PasskeyRecords, "removeAllOf">;
	readonly oneTimeCodes: Pick<OneTimeCodeRecords, "remove">;
	readonly recoveryCodes: Pick<RecoveryCodeRecords, "removeAllOf">;
}

/**
 * One for each account at most. It lives while the account is open, not locked, and of the generation in which it was
 * asked for: whatever throws everybody out ends it. Each method is one statement.
 */
export interface LossRecords {
	/** Whether the account's password may carry one: there is one, and no mailed link set it since two factors were shown. */
	mayAsk(accountId: AccountId): Promise<boolean>;
	/** In the place of one that is over, or has not begun. False where one waits, or the password may not carry one. */
	ask(asking: {
		readonly id: string;
		readonly accountId: AccountId;
		readonly generation: number;
		readonly at: LossMoment;
	}): Promise<boolean>;
	/** One that lives, and is not done. */
	ofAccount(accountId: AccountId, at: LossMoment): Promise<Loss | undefined>;
	/** One that lives, or is done. */
	find(id: string, at: LossMoment): Promise<Loss | undefined>;
	/** Begins the waiting time, by a letter to this address. True for the one caller that did. */
	begin(by: LossLetter): Promise<boolean>;
	/** Carries it out, by a letter to this address, once the time is over. True for one caller, ever. */
	finish(by: LossLetter): Promise<boolean>;
}

export interface DueLossRecords {
	/** Whether there is anything to be told. */
	isDue(at: LossMoment): Promise<boolean>;
	/**
	 * Ends one that is due to be told of, or the one with this id, where the log has so many refused codes since it began,
	 * one-time and recovery codes together. Tells whose; of two servers one is told.
	 */
	stopGuessed(
		which: { readonly at: LossMoment; readonly id?: string },
		codes: number,
	): Promise<AccountId | undefined>;
	/**
	 * Notes that the end of one is told of: before it comes, and again where it came not within a day of when it was said
	 * to. Of two servers one is told which.
	 */
	warn(at: LossMoment): Promise<Loss | undefined>;
	/** Notes that the waiting time of one is over, some time after that was told of. Of two servers one is told which. */
	endWait(at: LossMoment): Promise<Loss | undefined>;
	/** Notes that its second letter is sent once more, which is good no longer for it. False a moment after the last one. */
	tellAgain(id: string, at: LossMoment): Promise<boolean>;
}

export interface LossEnd {
	/**
	 * Ends one that is neither done, nor over by then, nor ended with anything that happened to the account: who is told
	 * that the seven days were ended is told the truth. `waiting`: its time had begun.
	 */
	stop(accountId: AccountId, toldAfter: LossMoment["toldAfter"]): Promise<"waiting" | "asked" | undefined>;
}

export interface Loss {
	readonly id: string;
	readonly accountId: AccountId;
	readonly localpart: string;
	readonly askedAt: number;
	/** Null: nobody opened the first letter so far. */
	readonly begunAt: number | null;
	/** When the waiting time was over, and the second letter sent. Null: it is not. */
	readonly toldAt: number | null;
	readonly doneAt: number | null;
	/** Passwords of the account that were refused since it began. */
	readonly refused: number;
}

/** The link of a letter, which is good while its address is the person's. */
export interface LossLetter {
	readonly id: string;
	readonly addressKey: string;
	readonly at: LossMoment;
}

/** A moment, and what has to have been by then. Epoch milliseconds. */
export interface LossMoment {
	readonly now: number;
	/** What was asked for since can still begin. */
	readonly askedAfter: number;
	/** What was asked for until then may be asked for anew. */
	readonly askedBefore: number;
	/** The end is told of where the time began by then, so much later for each refused password, */
	readonly warnBefore: number;
	/** and comes where it did by then, so much later too, */
	readonly endBefore: number;
	/** and was told of by then. */
	readonly warnedBefore: number;
	/** Whose end was told of by then, and has not come, is told of it again. */
	readonly warnedLongBefore: number;
	/** What was over since can still be carried out. */
	readonly toldAfter: number;
	/** How old an address had to be when it was asked, in milliseconds. */
	readonly addressMs: number;
	/** How much a refused password prolongs it, in milliseconds, */
	readonly passwordMs: number;
	/** and how much all of them do at the most. */
	readonly prolongedMs: number;
}

export interface LossCleanUp {
	readonly factorLosses: {
		/** Deletes one batch of those to which nothing has happened since that time. One that waits, and lives, stays. */
		deleteBefore(before: number): Promise<number>;
	};
}
