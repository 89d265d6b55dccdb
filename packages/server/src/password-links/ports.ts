import type { AccountId } from "@countersign/core";
import type { PeopleUnit, StoredAccount } from "../people/ports.ts";

/** What links need of the storage, all of it in one transaction. */
export interface LinkUnit extends PeopleUnit {
	readonly passwordLinks: PasswordLinkRecords;
	readonly emails: EmailRecords;
}

/** Addresses that are kept for when something uses them. */
export interface EmailRecords {
	/** One statement; of an address that the account has already, nothing happens. */
	add(accountId: AccountId, address: string, at: number): Promise<void>;
}

/** `invitation`: whose account it is has no password yet. */
export type LinkKind = "reset" | "invitation";

/** Links in storage, known by the hash of their secret only. Each method is one statement. */
export interface PasswordLinkRecords {
	/** Takes the place of an earlier one of the account. */
	put(link: NewLink): Promise<void>;
	/**
	 * One that opens: not used, not over at `now`, of an account that is open, not locked, and still of the generation in
	 * which the link was made.
	 */
	findLive(secretHash: string, now: number): Promise<LiveLink | undefined>;
	/** Uses up one that opens, and notes by which form. Undefined where it does not open: of many callers one has it. */
	use(use: LinkUse): Promise<Pick<NewLink, "accountId" | "generation"> | undefined>;
	/** One that this form has used. */
	findUsed(secretHash: string, usedBy: string): Promise<UsedLink | undefined>;
}

export interface LinksCleanUp {
	readonly passwordLinks: {
		/** Deletes one batch of those that are over, used or not. */
		deleteExpired(before: number): Promise<number>;
	};
}

interface NewLink {
	readonly accountId: AccountId;
	readonly secretHash: string;
	readonly kind: LinkKind;
	/** Of the account now. */
	readonly generation: number;
	readonly createdAt: number;
	readonly expiresAt: number;
}

export interface LiveLink {
	readonly kind: LinkKind;
	readonly localpart: string;
}

interface LinkUse {
	readonly secretHash: string;
	readonly usedBy: string;
	readonly now: number;
}

interface UsedLink {
	readonly usedAt: number;
	readonly account: StoredAccount;
}
