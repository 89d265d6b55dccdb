import type { AccountId, SignedInBrowsers } from "@countersign/core";
import type { SecurityEvents } from "../audit/index.ts";
import type { Letters } from "../notices/ports.ts";

/** What addresses need of the storage, all of it in one transaction. */
export interface AddressUnit {
	readonly addresses: AddressRecords;
	readonly mailTasks: Letters;
	readonly events: Pick<SecurityEvents, "record">;
	readonly browserSessions: SignedInBrowsers;
}

/** E-mail addresses in storage, by the key that all spellings of one have. */
export interface AddressRecords {
	/** Confirmed or not, oldest first. */
	list(accountId: AccountId): Promise<readonly OwnAddress[]>;
	/** Whose address it is: of all accounts one has confirmed it at most. */
	ownerOf(key: string): Promise<{ readonly accountId: AccountId; readonly address: string } | undefined>;
	/** Of somebody new, of whom the operator says so: as good as confirmed, unless somebody else has it. */
	vouch(person: AddressOf & { readonly at: number }): Promise<void>;
	/** Notes a code, in the place of an earlier one for the same address. */
	askCode(code: NewCode): Promise<void>;
	/** Addresses whose code is not over at `now`. */
	waiting(accountId: AccountId, now: number): Promise<readonly WaitingAddress[]>;
	/** Counts one try, of `atMost`, and tells by what it is judged. Undefined: there is none, or no try is left. */
	tryCode(wanted: {
		readonly accountId: AccountId;
		readonly key: string;
		readonly atMost: number;
		readonly now: number;
	}): Promise<Pick<NewCode, "seed" | "address"> | undefined>;
	dropCode(accountId: AccountId, key: string): Promise<void>;
	/** False where another account has it: of two at once one gets it. */
	confirm(person: AddressOf & { readonly at: number }): Promise<boolean>;
	/** Undefined where it is not theirs. */
	remove(
		accountId: AccountId,
		key: string,
	): Promise<{ readonly address: string; readonly wasVerified: boolean } | undefined>;
	/** With the codes that wait. */
	removeAllOf(accountId: AccountId): Promise<void>;
}

export interface AddressCleanUp {
	readonly addresses: {
		/** Deletes one batch of codes that are over. */
		deleteExpiredCodes(before: number): Promise<number>;
	};
}

export interface OwnAddress {
	readonly address: string;
	readonly key: string;
	/** Absent: nobody has shown that its mailbox is theirs. */
	readonly verifiedAt?: number;
}

export interface WaitingAddress {
	readonly address: string;
	readonly key: string;
	readonly expiresAt: number;
}

interface AddressOf {
	readonly accountId: AccountId;
	readonly address: string;
	readonly key: string;
}

interface NewCode extends AddressOf {
	readonly seed: string;
	readonly createdAt: number;
	readonly expiresAt: number;
}
