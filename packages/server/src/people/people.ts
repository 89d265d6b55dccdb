import type { AccountId } from "@countersign/core";
import type { NewRateLimiter } from "../limits/index.ts";
import type {
	BrowserProof,
	NewPasswordRefusal,
	PasswordDirectory,
	Passwords,
	Proof,
	ProofFor,
} from "../proofs/index.ts";
import type { Arrival } from "../upstream/ports.ts";
import type { Account } from "./account.ts";
import type { BegunRegistrations } from "./begun-registrations.ts";
import type { NameFault } from "./check-new-name.ts";
import type { CloseDeps } from "./close-account.ts";
import type { NamesThere, PeopleUnit } from "./ports.ts";

export interface PeopleDeps<Unit extends PeopleUnit> extends CloseDeps<Unit> {
	readonly serverName: string;
	/** In whose name the pages are. Default: nobody's. */
	readonly operatorName?: string | undefined;
	/** Asked whether it knows somebody of a new name already. */
	readonly homeserver: Pick<NamesThere, "isLocalpartAvailable">;
	/** Whether strangers may make themselves an account. */
	readonly openRegistration: boolean;
	/** Whether that takes a registration token. Default: no. */
	readonly needsToken?: boolean | undefined;
	/**
	 * Whether it takes an e-mail address that was shown to be theirs: what the code in a letter of this seed is. Default:
	 * no.
	 */
	readonly addressCodeOf?: ((seed: string) => string) | undefined;
	/** Whether people sign in by an e-mail address that they have confirmed, too. Default: no. */
	readonly byAddress?: boolean | undefined;
	/** For what host passkeys are made. Default: there are none. */
	readonly passkeyHost?: string | undefined;
	/** What everybody who registers has to agree to. Default: nothing. */
	readonly terms?: Terms | undefined;
	/** Names that nobody gets by registering. Default: the usual ones. */
	readonly officialNames?: readonly string[] | undefined;
	/** Where passwords of people are checked who have none here. Default: nowhere. */
	readonly directory?: { readonly provider: string; readonly newAccounts: boolean } | undefined;
	/** Told why somebody gets no account who has just shown their password there. */
	readonly onNotAdmitted?: (reason: "closed" | "name" | "taken") => void;
	/** Default: argon2id. */
	readonly passwords?: Passwords;
	readonly newRateLimiter: NewRateLimiter;
}

/** The operator's terms, where they stand. */
export interface Terms {
	readonly url: string;
	readonly version: string;
}

export interface People {
	readonly openRegistration: boolean;
	/** Whether registering takes a token. */
	readonly needsToken: boolean;
	/** What everybody who registers has to agree to. */
	readonly terms: Terms | undefined;
	/** Where registering takes an e-mail address: what comes before. */
	readonly begunRegistrations: BegunRegistrations | undefined;
	/** Locked and closed accounts included. */
	byId(accountId: AccountId): Promise<Account | undefined>;
	/** Whose confirmed e-mail address it is, by its key. Absent: nobody signs in by one. */
	readonly byAddress: ((key: string) => Promise<Account | undefined>) | undefined;
	/** By a name as somebody wrote it; in another case too, where that is one person's. Locked and closed accounts included. */
	byName(name: string): Promise<Account | undefined>;
	register(registration: Registration): Promise<RegisterOutcome>;
	/**
	 * Whether that is allowed, and takes a token, is the provider's setting. Where registering takes an e-mail address it is
	 * one that the provider vouches for by the operator's will, and nobody else's.
	 */
	registerArrived(registration: ArrivedRegistration): Promise<RegisterArrivedOutcome>;
	/** Whether there are terms of which this person has not agreed to the version that there is now. */
	owesTerms(accountId: AccountId): Promise<boolean>;
	/** Keeps that they agree, once for each version. */
	agree(agreement: Agreement): Promise<AgreeOutcome>;
	/** Why this is no password for a person who has an account. Undefined: it may be one. */
	refusesPassword(accountId: AccountId, next: string): Promise<NewPasswordRefusal | undefined>;
	/** Ends every other browser session of the person. */
	changePassword(change: PasswordChange): Promise<ChangeOutcome>;
	/** For the directory, where there is one: an account for somebody whose password it has just said to be right. */
	admit: PasswordDirectory["admit"];
	/** Takes the password away, where a passkey is left to sign in with, and ends every other browser session. */
	removePassword(removal: PasswordRemoval): Promise<RemovalOutcome>;
	/** Whether the password was changed a moment ago: a form that does so may have been sent twice. */
	isPasswordJustChanged(accountId: AccountId): Promise<boolean>;
	/**
	 * Closes the person's own account for good, all in one transaction. False when it was closed before, or the browser
	 * signed out meanwhile.
	 */
	close(closing: {
		readonly proof: ProofFor<"close-account">;
		readonly erase: boolean;
		readonly address: string;
	}): Promise<boolean>;
}

export interface Registration {
	readonly localpart: string;
	readonly password: string;
	/** A registration token. */
	readonly token?: string;
	/** The version of the terms that was agreed to. */
	readonly terms?: string | undefined;
	readonly address: string;
	/** Where an address was shown to be theirs, and which one they were told that it is. The token was shown there. */
	readonly mailbox?: { readonly browser: string; readonly key: string } | undefined;
}

export type RegisterOutcome =
	/** Who chose the password knows it. */
	{ readonly ok: true; readonly account: Account; readonly proof: Proof } | RegisterRefusal;

export type RegisterRefusal =
	| { readonly ok: false; readonly reason: "registration-closed" }
	/** Nothing was agreed to, or another version than the one there is now. */
	| { readonly ok: false; readonly reason: "terms-not-agreed" | "terms-changed" }
	/** It was not shown that the address is theirs, too long ago, or of another one. */
	| { readonly ok: false; readonly reason: "address-unproved" }
	/** The address has become another account's since. */
	| { readonly ok: false; readonly reason: "address-taken" }
	/** There is none like it that is good, for this name, now. */
	| { readonly ok: false; readonly reason: "token-refused" }
	/** The name is for those who run the server, who can make such an account. */
	| { readonly ok: false; readonly reason: "localpart-official" }
	| { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number }
	| { readonly ok: false; readonly reason: "localpart-invalid"; readonly fault: NameFault }
	| {
			readonly ok: false;
			readonly reason:
				| "localpart-taken"
				/** Nothing was done; another try may succeed. */
				| "homeserver-unavailable";
	  }
	| { readonly ok: false; readonly reason: NewPasswordRefusal };

/** Somebody whom another service vouched for in this browser. */
export interface ArrivedRegistration extends Pick<Registration, "localpart" | "token" | "terms" | "address"> {
	readonly arrival: Arrival;
	/** What the browser is known by. */
	readonly browserHash: string;
	/** Whether who comes from there gets an account, or whether that takes a registration token. */
	readonly newAccounts: "yes" | "token" | "no";
}

export type RegisterArrivedOutcome =
	| Extract<RegisterOutcome, { ok: true }>
	| Exclude<RegisterRefusal, { readonly reason: NewPasswordRefusal }>
	/** It is too long ago that they came, they have an account by now, or somebody else came since. */
	| { readonly ok: false; readonly reason: "arrival-over" };

export interface Agreement {
	/** Who is signed in in this browser. */
	readonly by: BrowserProof;
	/** The version that was shown. Undefined: they did not agree. */
	readonly version: string | undefined;
	readonly address: string;
}

/** Refused, nothing was kept. */
export type AgreeOutcome =
	| { readonly ok: true }
	| { readonly ok: false; readonly reason: "terms-not-agreed" | "terms-changed" | "signed-out" };

export interface PasswordChange {
	/** The browser session in which it was entered stays. */
	readonly proof: ProofFor<"change-password">;
	readonly next: string;
	readonly address: string;
}

export interface PasswordRemoval {
	/** The browser session in which it was entered stays. */
	readonly proof: ProofFor<"remove-password">;
	readonly address: string;
}

/** Refused, nothing was done. */
export type RemovalOutcome =
	| { readonly ok: true }
	/** `not-by-passkey`: it was not shown that one works. `no-passkey`: there is none any more. */
	| { readonly ok: false; readonly reason: "not-by-passkey" | "no-passkey" | "signed-out" };

export type ChangeOutcome =
	| { readonly ok: true }
	/** `signed-out`: the browser was signed out, or the password changed, meanwhile. `elsewhere`: it is the directory's. */
	| { readonly ok: false; readonly reason: NewPasswordRefusal | "signed-out" | "elsewhere" };
