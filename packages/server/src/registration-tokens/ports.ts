import type { Transactions } from "@countersign/core";
import type { ReadAddress } from "../identifiers/index.ts";

/** What operators need of the storage. */
export interface TokenUnit {
	readonly registrationTokens: RegistrationTokenRecords & RegistrationTokenChanges;
}

export type TokenTransactions<Unit extends TokenUnit> = Transactions<Unit>;

/** Tokens in storage, known by their hash only. Each method is one statement. */
export interface RegistrationTokenRecords {
	/** False where there is one of this text. */
	add(token: NewToken): Promise<boolean>;
	/** One that may be used now, for this name or, where none is said, for any. Nothing changes by it. */
	findGood(use: Omit<TokenUse, "localpart"> & Partial<TokenUse>): Promise<Good | undefined>;
	/** Uses it up once. Undefined where it may not be used: of many at once as many have it as it has uses. */
	use(use: TokenUse): Promise<Good | undefined>;
	/** Takes a use back, in the transaction of that use. */
	giveBack(hash: string): Promise<void>;
	/** Newest first, those that are over included. */
	list(): Promise<readonly ListedToken[]>;
	/** False where there is none, or it was revoked before. */
	revoke(id: string, end: Done): Promise<boolean>;
}

/** What is changed of a token that was handed out. Each method is one statement. */
interface RegistrationTokenChanges {
	/** What is undefined stays as it is; null takes a limit away. False where there is none. */
	change(id: string, to: TokenChange, done: Done): Promise<boolean>;
	/** Takes a revocation back. False where it is not revoked. */
	restore(id: string, done: Done): Promise<boolean>;
}

/** When, and by whom. */
interface Done {
	readonly at: number;
	readonly by: string;
}

export interface TokenChange {
	readonly uses?: number | null | undefined;
	readonly expiresAt?: number | null | undefined;
}

export interface RegistrationTokenCleanUp {
	readonly registrationTokens: {
		/** Deletes one batch of those that ran out or were revoked before. */
		deleteBefore(before: number): Promise<number>;
	};
}

export interface TokenUse {
	readonly hash: string;
	readonly localpart: string;
	readonly now: number;
}

interface Good {
	readonly id: string;
	/** The one name it is for. */
	readonly localpart?: string;
	/** Whose mailbox the operator says it is. */
	readonly email?: ReadAddress;
}

export interface TokenTerms {
	/** What it is for, in the operator's words. */
	readonly name: string;
	/** Undefined: as often as anybody likes. */
	readonly uses?: number | undefined;
	/** Undefined: until it is revoked. */
	readonly expiresAt?: number | undefined;
	/** The one name it is for. Undefined: any that is free. */
	readonly localpart?: string | undefined;
	/** An address of the account that is made with it, as good as confirmed. */
	readonly email?: ReadAddress | undefined;
}

interface NewToken extends TokenTerms {
	readonly id: string;
	readonly hash: string;
	readonly createdAt: number;
	/** Who made it, as their system calls them. */
	readonly madeBy: string;
}

export interface ListedToken extends TokenTerms {
	readonly id: string;
	readonly createdAt: number;
	/** Undefined: it came along from MAS. */
	readonly madeBy?: string | undefined;
	readonly used: number;
	readonly revokedAt?: number | undefined;
	/** As their system calls them, or as what and by which name they use the admin API. */
	readonly revokedBy?: string | undefined;
	/** Who changed it last, or took its revocation back. */
	readonly changedBy?: string | undefined;
	readonly changedAt?: number | undefined;
}
