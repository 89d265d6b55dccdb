import type { AccountId, ResetRequests, SignedInBrowsers } from "@countersign/core";
import type { SecurityEvent, SecurityEvents } from "../audit/index.ts";

import type { FirstShown } from "./acts.ts";

export type { FirstShown, HowProved } from "./acts.ts";

/** What proofs need of the storage. */
export interface ProofUnit {
	readonly accounts: {
		/**
		 * Locked and closed ones included. By name: who has exactly this one, else who has one that differs by case
		 * alone, if that is one person.
		 */
		find(by: { readonly id: AccountId } | { readonly name: string }): Promise<ProvableAccount | undefined>;
		/** Keeps the same password in another hash; where it is another password by now, nothing happens. */
		rehash(change: { readonly id: AccountId; readonly from: string; readonly to: string }): Promise<void>;
		/** Its password, of that generation, was shown together with a second factor: it is no longer one that only a mailbox stands behind. */
		vouchForPassword(of: { readonly id: AccountId; readonly generation: number }): Promise<void>;
		/** Ends what was given in the generation before. */
		raiseGeneration(id: AccountId): Promise<void>;
		/** Keeps since when a second factor is demanded, unless that is kept, or the account of another generation by now. */
		noteFactorDemanded(demand: {
			readonly id: AccountId;
			readonly generation: number;
			readonly at: number;
		}): Promise<void>;
		/** It has one: whoever loses it has time again. */
		forgetFactorDemand(id: AccountId): Promise<void>;
		/** All of them, by name; locked and closed ones included. */
		list(): Promise<readonly ProvableAccount[]>;
	};
	readonly addresses: {
		/** Whose e-mail address it is: of all accounts one has confirmed it at most. */
		ownerOf(key: string): Promise<{ readonly accountId: AccountId } | undefined>;
	};
	readonly requests: Pick<ResetRequests, "withdraw">;
	readonly secondFactors: {
		/**
		 * Whether a password alone is not enough for this account: it has a passkey or an app that shows codes. A passkey of
		 * an address that this server had before counts: a move must not make a password enough again. Recovery codes stand in
		 * for another factor and are none. One statement, so that who goes from one to the other is never without.
		 */
		isThere(accountId: AccountId): Promise<boolean>;
		/** All accounts of which that is so. One statement. */
		holders(): Promise<ReadonlySet<AccountId>>;
	};
	readonly factorLosses: {
		/**
		 * Whoever shows a second factor has not lost them all. `waiting`: the waiting time had begun, and would have done
		 * something; one that was over by that time, or ended with anything else, is left alone. One statement.
		 */
		stop(accountId: AccountId, toldAfter: number): Promise<"waiting" | "asked" | undefined>;
	};
	readonly browserSessions: SignedInBrowsers & {
		/** Ends all of the account but one. Returns how many. */
		endAllOf(accountId: AccountId, exceptIdHash?: string): Promise<number>;
	};
	readonly passkeys: PasskeyRecords;
	readonly oneTimeCodes: OneTimeCodeRecords;
	readonly recoveryCodes: RecoveryCodeRecords;
	readonly challenges: {
		/** Writes down that it was answered. True for exactly one caller. One statement. */
		use(hash: string, expiresAt: number): Promise<boolean>;
	};
	readonly begunSignIns: BegunSignIns;
	readonly accountLinks: {
		/** As whom other services know the person. */
		list(
			accountId: AccountId,
		): Promise<readonly { readonly provider: string; readonly subject: string; readonly issuer?: string }[]>;
		ownerOf(provider: string, subject: string): Promise<{ readonly accountId: AccountId } | undefined>;
	};
	readonly events: Pick<SecurityEvents, "record" | "list">;
	readonly refusals: {
		/**
		 * Adds the line to the security log of its account, where there is that account. Where there is none, the same
		 * statements are made and as much is written.
		 */
		note(event: SecurityEvent): Promise<void>;
	};
}

/** An account, as far as somebody can prove that it is theirs. */
export interface ProvableAccount {
	readonly id: AccountId;
	readonly localpart: string;
	readonly lockedAt: number | null;
	readonly deactivatedAt: number | null;
	readonly passwordHash: string | null;
	readonly admin: boolean;
	/** Since when it is known to lack a second factor that is demanded of it. */
	readonly factorDemandedAt: number | null;
	readonly generation: number;
}

/** Passkeys in storage. Each method is one statement. */
export interface PasskeyRecords {
	/** False, and nothing added, where the credential is known, whoever has it. */
	add(passkey: Omit<StoredPasskey, "lastUsedAt">): Promise<boolean>;
	find(credentialId: string): Promise<StoredPasskey | undefined>;
	/** Of the account, in the order in which they were added. */
	list(accountId: AccountId): Promise<readonly StoredPasskey[]>;
	/**
	 * Notes its use and moves its counter. False where it is gone, or its counter does not grow, as it does of a passkey
	 * that was copied; one that does not count stays at zero.
	 */
	use(id: string, now: { readonly counter: number; readonly at: number }): Promise<boolean>;
	/** True for the one caller that removed it. Only when it is that account's. */
	remove(id: string, accountId: AccountId): Promise<boolean>;
	/** Returns how many. */
	removeAllOf(accountId: AccountId): Promise<number>;
}

export interface StoredPasskey {
	readonly id: string;
	readonly accountId: AccountId;
	readonly credentialId: string;
	/** COSE, in base64url. */
	readonly publicKey: string;
	readonly counter: number;
	/** How the browser reaches it. */
	readonly transports: readonly string[];
	/** The relying party it was made for. */
	readonly host: string;
	/** As its person called it. */
	readonly name: string;
	readonly createdAt: number;
	readonly lastUsedAt: number | null;
}

/** Secrets of apps that show one-time codes, one for each account at most. Each method is one statement. */
export interface OneTimeCodeRecords {
	/** Takes the place of an earlier one. */
	put(app: {
		readonly accountId: AccountId;
		/** Sealed. */
		readonly secret: string;
		/** Codes of this time step and of earlier ones are used. */
		readonly lastStep: number;
		readonly createdAt: number;
	}): Promise<void>;
	find(accountId: AccountId): Promise<{ readonly secret: string; readonly createdAt: number } | undefined>;
	/** Uses the code of this step. True for exactly one caller, and for nobody once a later one was used. */
	use(accountId: AccountId, step: number): Promise<boolean>;
	/** True for the one caller that removed it. */
	remove(accountId: AccountId): Promise<boolean>;
}

/** Recovery codes in storage, known by their hashes only. Each method is one statement. */
export interface RecoveryCodeRecords {
	add(accountId: AccountId, hashes: readonly string[]): Promise<void>;
	/** How many are not used. */
	left(accountId: AccountId): Promise<number>;
	/** True for exactly one caller, ever. */
	use(accountId: AccountId, hash: string, at: number): Promise<boolean>;
	/** Returns how many, used ones included. */
	removeAllOf(accountId: AccountId): Promise<number>;
}

/** Sign-ins of which the first of two steps is done, known by the hash of a cookie only. Each method is one statement. */
export interface BegunSignIns {
	add(signIn: BegunSignIn & { readonly idHash: string; readonly expiresAt: number }): Promise<void>;
	/** Undefined when it is over at `now`. */
	find(idHash: string, now: number): Promise<BegunSignIn | undefined>;
	/** True for the one caller that ended it. */
	end(idHash: string): Promise<boolean>;
}

interface BegunSignIn {
	readonly accountId: AccountId;
	/** Of the account when it was shown. */
	readonly generation: number;
	/** What was shown first. */
	readonly how: FirstShown;
	/** When that was. */
	readonly at: number;
	/** At another service. */
	readonly stay?: string | undefined;
}

/** Somebody, as a directory has them. */
export interface DirectoryPerson {
	/** Theirs for ever, and nobody else's. */
	readonly subject: string;
	/** What their account would be called. */
	readonly name: string | undefined;
	readonly displayName: string | undefined;
	/** One that the operator takes for theirs. */
	readonly email: string | undefined;
}

export interface DirectoryQuestion {
	/** As it was typed, or whose account it is. */
	readonly meant: { readonly name: string } | { readonly subject: string };
	/** Empty: nothing is tried, and as much is done. */
	readonly password: string;
	/** Asked of the one who was found, before the password is tried. */
	readonly mayTry: (entry: DirectoryPerson) => Promise<boolean>;
}

/** A directory that checks passwords of people who have none here. */
export interface PasswordDirectory {
	/** As what accounts are linked to it. */
	readonly provider: string;
	/** Exactly one entry is meant, and this is its password. Rejects where there is no answer: nothing is known then. */
	check(
		question: DirectoryQuestion,
	): Promise<{ readonly ok: true; readonly entry: DirectoryPerson } | { readonly ok: false }>;
	/**
	 * An account for somebody who has none, linked to the entry. Undefined: they get none; an account that is there already
	 * is never theirs by its name.
	 */
	admit(person: DirectoryPerson, address: string): Promise<AccountId | undefined>;
}

export interface ProofsCleanUp {
	readonly challenges: {
		/** Deletes one batch of those that would be over. */
		deleteExpired(before: number): Promise<number>;
	};
	readonly begunSignIns: {
		/** Deletes one batch of those that expired. */
		deleteExpired(before: number): Promise<number>;
	};
}
