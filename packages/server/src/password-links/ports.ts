import type { AccountId } from "@countersign/core";
import type { Operator } from "../audit/ports.ts";
import type { AddressRecords } from "../identifiers/ports.ts";
import type { Letters } from "../notices/ports.ts";
import type { PeopleUnit, StoredAccount } from "../people/ports.ts";

/** What links need of the storage, all of it in one transaction. */
export interface LinkUnit extends PeopleUnit {
	readonly passwordLinks: PasswordLinkRecords;
}

/** `invitation`: nobody has signed in to the account yet, by anything. */
export type LinkKind = "reset" | "invitation";

/** Links in storage, known by the hash of their secret only. Each method is one statement. */
export interface PasswordLinkRecords {
	/** One that an operator hands over takes the place of an earlier such one of the account. */
	put(link: NewLink): Promise<void>;
	/**
	 * Of which kind one for this account is. Who signs in by a passkey or another service has no password either, and may
	 * be thrown out by one: apps, browsers, ways in and the log say whether anybody ever was there.
	 */
	kindFor(accountId: AccountId): Promise<LinkKind>;
	/**
	 * One that opens: not used, not over at `now`, of an account that is open, not locked, and still of the generation in
	 * which the link was made.
	 */
	findLive(secretHash: string, now: number): Promise<LiveLink | undefined>;
	/** Uses up one that opens, and notes by which form. Undefined where it does not open: of many callers one has it. */
	use(
		use: LinkUse,
	): Promise<(Pick<NewLink, "accountId" | "generation"> & { readonly isMailed: boolean }) | undefined>;
	/**
	 * Nothing opens by a link any more that this administrator or program made and nobody has used, for whomever. Returns
	 * how many there were. @param made.since those made from then on. Default: all.
	 */
	voidMadeBy(by: Operator, made: { readonly now: number; readonly since?: number }): Promise<number>;
	/** One that this form has used. */
	findUsed(secretHash: string, usedBy: string): Promise<UsedLink | undefined>;
}

/** What is needed for links by mail. */
export interface RecoveryUnit extends LinkUnit {
	readonly recovery: RecoveryRecords;
	readonly addresses: LinkUnit["addresses"] & Pick<AddressRecords, "ownerOf">;
	readonly mailTasks: Letters;
}

/** What somebody typed who wants a new password, until it is looked up. Each method is one statement. */
export interface RecoveryRecords {
	add(asking: {
		readonly id: string;
		readonly typed: string;
		/** From where. */
		readonly address: string;
		readonly askedAt: number;
	}): Promise<void>;
	isAny(): Promise<boolean>;
	/** Takes the oldest out: of two servers one has it. */
	take(): Promise<{ readonly typed: string; readonly address: string } | undefined>;
}

export interface RecoveryCleanUp {
	readonly recovery: {
		/** Deletes one batch of those that nobody looked up. */
		deleteBefore(before: number): Promise<number>;
	};
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
	/** Where it is sent to, which it needs as long as it lives. Absent: an operator hands it over. */
	readonly addressKey?: string;
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
