import type { Homeserver, Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import type { NewRateLimiter } from "../limits/index.ts";
import type { PasswordCheck, PasswordRefusal, Passwords } from "../proofs/index.ts";
import type { Account } from "./account.ts";
import type { PeopleUnit } from "./ports.ts";

export interface PeopleDeps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly serverName: string;
	/** Asked whether it knows somebody of a new name already. */
	readonly homeserver: Pick<Homeserver, "isLocalpartAvailable">;
	/** Whether strangers may make themselves an account. */
	readonly openRegistration: boolean;
	/** Ends every OAuth session of a person whose account closes, inside that transaction. */
	readonly endSessions: (
		unit: Unit,
		closing: { readonly accountId: string; readonly now: number; readonly address?: string },
	) => Promise<unknown>;
	/** Told when a line of the security log could not be written. */
	readonly onError: (error: unknown) => void;
	/** Default: argon2id. */
	readonly passwords?: Passwords;
	readonly newRateLimiter: NewRateLimiter;
}

export interface People {
	readonly openRegistration: boolean;
	/** Locked and closed accounts included. */
	byId(accountId: string): Promise<Account | undefined>;
	/** Locked and closed accounts included. */
	byLocalpart(localpart: string): Promise<Account | undefined>;
	register(registration: Registration): Promise<RegisterOutcome>;
	/**
	 * The one door for passwords. Unknown, closed and wrong are one answer that takes one time; a lock is told only to
	 * who knows the password.
	 */
	checkPassword(check: PasswordCheck): Promise<PasswordOutcome>;
	/** Ends every other browser session of the person. */
	changePassword(change: PasswordChange): Promise<ChangeOutcome>;
	/**
	 * Closes the account for good: sessions, browser sessions and requests end, and the homeserver forgets, all in one
	 * transaction. False when it was closed before. Asking for proof and consent is the caller's.
	 */
	deactivate(closing: {
		readonly accountId: string;
		readonly erase: boolean;
		readonly address?: string;
	}): Promise<boolean>;
	/** Resolves when refusals noted so far are stored. Call before the storage is closed. */
	flush(): Promise<void>;
}

export interface Registration {
	readonly localpart: string;
	readonly password: string;
	readonly address: string;
}

export type RegisterOutcome =
	| { readonly ok: true; readonly account: Account }
	| { readonly ok: false; readonly reason: "registration-closed" }
	| { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number }
	/** `explanation` is for the person. */
	| { readonly ok: false; readonly reason: "localpart-invalid"; readonly explanation: string }
	| {
			readonly ok: false;
			readonly reason:
				| "localpart-taken"
				| "password-too-short"
				| "password-too-long"
				/** Nothing was done; another try may succeed. */
				| "homeserver-unavailable";
	  };

type PasswordOutcome = { readonly ok: true; readonly account: Account } | PasswordRefusal;

export interface PasswordChange {
	readonly accountId: string;
	readonly current: string;
	readonly next: string;
	readonly address: string;
	/** `idHash` of the browser session in which it is done; it stays. */
	readonly browser: string;
}

export type ChangeOutcome =
	| { readonly ok: true }
	| PasswordRefusal
	| { readonly ok: false; readonly reason: "password-too-short" | "password-too-long" };
