import type { AccountId, ResetRequests, SignedInBrowsers } from "@countersign/core";
import type { SecurityEvents } from "../audit/index.ts";
import type { AddressRecords } from "../identifiers/ports.ts";
import type { Letters } from "../notices/ports.ts";
import type { HowProved, OneTimeCodeRecords, PasskeyRecords, RecoveryCodeRecords } from "../proofs/index.ts";
import type { RegistrationTokenRecords } from "../registration-tokens/ports.ts";
import type { AccountLinks, UpstreamArrivals } from "../upstream/ports.ts";

/** What people need of the storage, all of it in one transaction. */
export interface PeopleUnit {
	readonly accounts: Accounts;
	readonly browserSessions: BrowserSessionRecords;
	readonly addresses: Pick<AddressRecords, "list" | "ownerOf" | "confirm" | "removeAllOf" | "vouch">;
	readonly registrationTokens: Pick<RegistrationTokenRecords, "findGood" | "use" | "giveBack">;
	readonly agreedTerms: AgreedTerms;
	readonly accountLinks: Pick<AccountLinks, "ownerOf" | "add" | "list">;
	readonly upstreamArrivals: Pick<UpstreamArrivals, "use" | "put">;
	readonly begunRegistrations: BegunRegistrationRecords;
	readonly mailTasks: Pick<Letters, "addToNobody">;
	readonly events: Pick<SecurityEvents, "record">;
	readonly requests: Pick<ResetRequests, "withdraw">;
	readonly homeserver: PersonEffects;
	/** Of a closed account nothing stays that proves whose it was. */
	readonly passkeys: Pick<PasskeyRecords, "removeAllOf">;
	readonly oneTimeCodes: Pick<OneTimeCodeRecords, "remove">;
	readonly recoveryCodes: Pick<RecoveryCodeRecords, "removeAllOf">;
}

/** Which terms of the operator's people have agreed to. */
export interface AgreedTerms {
	/** The first time counts: false where it was agreed to before. One statement. */
	add(agreed: {
		readonly accountId: AccountId;
		readonly version: string;
		readonly at: number;
	}): Promise<boolean>;
	/** Whether this version was agreed to, ever. */
	has(agreed: { readonly accountId: AccountId; readonly version: string }): Promise<boolean>;
}

/**
 * Addresses that somebody shows to be theirs before they have an account, one for each browser. No name is kept, and no
 * password: there is no half of an account. Each method is one statement.
 */
export interface BegunRegistrationRecords {
	/**
	 * Notes a code, in the place of whatever this browser had begun. False, and nothing is noted, where it waits for a code
	 * to this address, with this token, that was asked for after `since` and of which none was typed, or has shown that
	 * the address is its.
	 */
	begin(begun: NewBegunRegistration & { readonly since: number }): Promise<boolean>;
	/** Undefined where it is over at `now`, or an account was made with it. */
	find(browserHash: string, now: number): Promise<BegunRegistration | undefined>;
	/** Counts one try, of `atMost`, and tells by what it is judged. Undefined: there is none, or no try is left. */
	tryCode(wanted: {
		readonly browserHash: string;
		readonly atMost: number;
		readonly now: number;
	}): Promise<{ readonly seed: string } | undefined>;
	/** The code of this seed was typed: good until then. */
	prove(proved: {
		readonly browserHash: string;
		readonly seed: string;
		readonly now: number;
		readonly expiresAt: number;
	}): Promise<void>;
	/** Uses up what was shown of this address. Undefined where it was not, is over or was used: of many one has it. */
	use(use: {
		readonly browserHash: string;
		readonly key: string;
		readonly now: number;
	}): Promise<Pick<BegunRegistration, "address"> | undefined>;
	/** In the transaction of the use: nothing came of it. */
	giveBack(browserHash: string): Promise<void>;
	/** Deletes what this browser has begun with that address, shown or not. */
	forget(begun: { readonly browserHash: string; readonly key: string }): Promise<void>;
}

interface NewBegunRegistration {
	readonly browserHash: string;
	readonly address: string;
	readonly key: string;
	readonly tokenHash?: string | undefined;
	readonly seed: string;
	readonly createdAt: number;
	readonly expiresAt: number;
}

export interface BegunRegistration {
	readonly address: string;
	readonly key: string;
	/** The registration token that was shown. */
	readonly tokenHash?: string;
	readonly isProved: boolean;
	readonly createdAt: number;
	/** Codes that were typed. */
	readonly tries: number;
}

export interface PeopleCleanUp {
	readonly begunRegistrations: {
		/** Deletes one batch of those that are over, used or not. */
		deleteExpired(before: number): Promise<number>;
	};
	readonly browserSessions: {
		/** Deletes one batch of those that expired. */
		deleteExpired(before: number): Promise<number>;
	};
}

/** Accounts in storage. Each method is one statement. */
export interface Accounts {
	/**
	 * Locked and closed ones included. By name: who has exactly this one, else who has one that differs by case alone, if
	 * that is one person.
	 */
	find(
		by: { readonly id: AccountId } | { readonly localpart: string } | { readonly name: string },
	): Promise<StoredAccount | undefined>;
	/** Keeps the same password in another hash; where it is another password by now, nothing happens. */
	rehash(change: { readonly id: AccountId; readonly from: string; readonly to: string }): Promise<void>;
	/** False when the name is taken, by a closed account too: names are never given out twice. */
	add(account: NewAccount): Promise<boolean>;
	/**
	 * Replaces the password and raises the generation. False when the account is closed, or of another generation than
	 * the one that is named.
	 */
	replacePassword(change: {
		readonly id: AccountId;
		readonly generation?: number;
		readonly to: string;
		readonly at: number;
		/** Whether who reads the person's mail can have set it. Default false. */
		readonly isMailed?: boolean;
	}): Promise<boolean>;
	/**
	 * Takes the password away and raises the generation. False, and nothing is done, where there is none, the account is
	 * closed, locked or of another generation, or has no passkey that was made for this host: nobody could sign in to it.
	 */
	removePassword(removal: {
		readonly id: AccountId;
		readonly generation: number;
		readonly passkeyHost: string;
	}): Promise<boolean>;
	/** What the person agreed to before this, or a sign-in under way, opens no session any more. */
	raiseGeneration(id: AccountId): Promise<void>;
	/** Keeps since when a second factor is demanded, unless that is kept, or the account of another generation by now. */
	noteFactorDemanded(demand: {
		readonly id: AccountId;
		readonly generation: number;
		readonly at: number;
	}): Promise<void>;
	/** It has one: whoever loses it has time again. */
	forgetFactorDemand(id: AccountId): Promise<void>;
	/**
	 * Locks the account and raises the generation, or with null unlocks it. False when it is so already, or closed: of
	 * two callers one changes it.
	 */
	lock(id: AccountId, at: number | null): Promise<boolean>;
	/**
	 * Makes an administrator, or with false makes it one no more and raises the generation. False when it is so already,
	 * or closed: of two callers one changes it. `by` is a service by which people sign in, and takes away what it gave alone.
	 */
	setAdmin(id: AccountId, admin: boolean, by?: string): Promise<boolean>;
	/** Whoever is an administrator, and neither locked nor closed. */
	administrators(): Promise<readonly AccountId[]>;
	/** Of one whom a service made an administrator: no service takes it away any more. False where none did. */
	keepAdmin(id: AccountId): Promise<boolean>;
	/** All of them, by name; locked and closed ones included. */
	list(): Promise<readonly StoredAccount[]>;
	/** Opens a closed account again, with a new password or none, in a new generation. False when it is not closed. */
	reopen(
		id: AccountId,
		how: { readonly passwordHash: string | null; readonly now: number },
	): Promise<boolean>;
	/** Closes the account and forgets its password, and that it administered; with `erase` its display name too. True for one caller. */
	close(id: AccountId, how: { readonly erase: boolean; readonly now: number }): Promise<boolean>;
}

interface NewAccount {
	readonly id: AccountId;
	readonly localpart: string;
	/** Null: nobody can sign in yet. */
	readonly passwordHash: string | null;
	readonly createdAt: number;
	readonly displayName?: string | undefined;
}

export interface StoredAccount {
	readonly id: AccountId;
	readonly localpart: string;
	readonly displayName: string | null;
	readonly admin: boolean;
	readonly createdAt: number;
	readonly lockedAt: number | null;
	readonly deactivatedAt: number | null;
	readonly passwordHash: string | null;
	/** The first password counts as one. */
	readonly passwordChangedAt: number | null;
	/** Since when it is known to lack a second factor that is demanded of it. */
	readonly factorDemandedAt: number | null;
	/** The service that made it an administrator. Null: none did, or the operator did since. */
	readonly adminBy: string | null;
	/** How often everybody was thrown out: by the person, a new password, or a lock. */
	readonly generation: number;
}

/** Browser sessions in storage, known by the hash of their cookie only. Each method is one statement. */
export interface BrowserSessionRecords extends SignedInBrowsers {
	/**
	 * False, and nothing added, when the account is of another generation by now, or the stay elsewhere by which it begins
	 * is over: what was proved is out of date.
	 */
	add(session: NewBrowserSession): Promise<boolean>;
	/** With its account. Undefined when expired at `now`, or when the account is locked or closed. */
	find(idHash: string, now: number): Promise<StoredBrowserSession | undefined>;
	/** Notes a visit and prolongs the session; one that has expired meanwhile stays expired. */
	touch(idHash: string, visit: { readonly now: number; readonly expiresAt: number }): Promise<void>;
	/** Those of the account that are live at `now`, last seen first, at most `limit`. */
	list(
		accountId: AccountId,
		page: { readonly now: number; readonly limit: number },
	): Promise<readonly ListedBrowserSession[]>;
	/** True for the one caller that ended it. With an account: only when it is that account's. */
	end(idHash: string, accountId?: AccountId): Promise<boolean>;
	/** Ends all of the account, or all but one. Returns how many. */
	endAllOf(accountId: AccountId, exceptIdHash?: string): Promise<number>;
}

export interface NewBrowserSession {
	readonly idHash: string;
	readonly accountId: AccountId;
	/** Of the account when its person was recognised. */
	readonly generation: number;
	readonly createdAt: number;
	readonly provedAt: number;
	readonly provedHow: HowProved;
	/** At another service, by which it begins. Default: none. */
	readonly stay?: string | undefined;
	readonly expiresAt: number;
	readonly address?: string | undefined;
	readonly userAgent?: string | undefined;
}

export interface ListedBrowserSession {
	readonly idHash: string;
	readonly createdAt: number;
	readonly lastSeenAt: number;
	/** From where the person signed in. */
	readonly address?: string;
	/** What the browser said of itself then. */
	readonly userAgent?: string;
}

export interface StoredBrowserSession {
	readonly idHash: string;
	readonly createdAt: number;
	readonly provedAt: number;
	readonly provedHow: HowProved;
	readonly stay?: string;
	readonly lastSeenAt: number;
	readonly account: StoredAccount;
}

/**
 * Who has which name at the homeserver, asked outside any transaction. Throws `HomeserverUnavailable` without an answer;
 * nothing is lost by trying again.
 */
export interface NamesThere {
	/**
	 * Whether somebody new may have this name there. Our own accounts are the caller's question: this one knows who was
	 * there before us, and which names the homeserver keeps for itself.
	 */
	isLocalpartAvailable(
		localpart: string,
	): Promise<
		{ readonly ok: true } | { readonly ok: false; readonly reason: "taken" | "invalid" | "exclusive" }
	>;
	/** Who has this name there, closed accounts included. */
	findUser(localpart: string): Promise<HomeserverUser | undefined>;
}

export interface HomeserverUser {
	readonly displayName?: string;
	readonly deactivated: boolean;
}

/**
 * What has to happen to a person at the homeserver because of something in the caller's transaction: with it or not at
 * all. Where the homeserver is another program it happens after the commit, for each person in the order of the causes,
 * and is tried until it is done.
 */
export interface PersonEffects {
	/**
	 * Makes a person known who has just got an account. With `isKnown` the homeserver has them already: the devices they
	 * had there are removed, since nobody is signed in on them here, and nobody could sign them out.
	 */
	addUser(accountId: AccountId, now: number, isKnown?: boolean): Promise<void>;
	/** Tells whether the account is locked. That its tokens are worth nothing meanwhile is the authorization server's part. */
	setLocked(accountId: AccountId, locked: boolean, now: number): Promise<void>;
	/** Removes everything a closed account kept; with `erase` its profile too. */
	removeUser(accountId: AccountId, erase: boolean, now: number): Promise<void>;
	/** Opens a closed account again. What was removed with it does not come back. */
	restoreUser(accountId: AccountId, now: number): Promise<void>;
}
