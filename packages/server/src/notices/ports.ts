import type { AccountId, ResetRequests, SessionId, SignedInBrowsers } from "@countersign/core";
import type { SecurityEventKind, SecurityEvents } from "../audit/index.ts";
import type { Task, TaskLine } from "../tasks/ports.ts";

/** A letter as it leaves: to one person, in their language. */
export interface Mail {
	/** One address, as it was read by `readAddress`. */
	readonly to: string;
	readonly subject: string;
	readonly text: string;
	readonly html: string;
	/** The same for each attempt at one letter, so that one which arrives twice is shown once. */
	readonly id: string;
	/** When it was written. */
	readonly at: number;
}

/** How a mail server took a letter. No failure names the address or repeats what the other side wrote. */
export type Sent =
	| { readonly ok: true }
	/** Nobody answered, or not to the end. */
	| { readonly ok: false; readonly reason: "silent"; readonly failure: string }
	/** Not now, or not with these settings: trying again helps. */
	| { readonly ok: false; readonly reason: "deferred"; readonly failure: string }
	/** Not this letter, or not to this address, ever. */
	| { readonly ok: false; readonly reason: "refused"; readonly failure: string };

/** Hands letters to a mail server. */
export interface MailServer {
	/** Ends after a minute at the latest. */
	send(mail: Mail): Promise<Sent>;
	/** Goes as far as a letter would, sending none. */
	verify(): Promise<Exclude<Sent, { reason: "refused" }>>;
	/** Cuts off what is under way. */
	close(): void;
}

/** What of a letter is kept until it is sent: no secret, but of what one is derived. */
export type QueuedLetter = {
	readonly to: string;
	/** When it is worth nothing any more. */
	readonly expiresAt: number;
} & (
	| { readonly kind: "address-code" | "password-link"; readonly seed: string }
	/** `seed`: the name of the waiting time. */
	| { readonly kind: "lost-factors-begin" | "lost-factors-finish"; readonly seed: string }
	/** To who may have no account: what it says depends on whose the address of that key is when the letter leaves. */
	| { readonly kind: "registration-code"; readonly seed: string; readonly key: string }
	/** To the address itself, by the line of the log that says so. */
	| { readonly kind: "address-removed"; readonly eventId: string }
	/** The same, where those who run the server took it away: nothing to object to. */
	| { readonly kind: "address-withdrawn" }
	/** `what`: the kind of the line in the security log; `name`: of what ends at that time, in epoch milliseconds. */
	| { readonly kind: "ends-soon"; readonly what: string; readonly name: string; readonly ends: string }
	| {
			readonly kind: "notice";
			readonly eventId: string;
			/** What happened: the kind of the line in the security log. */
			readonly event: string;
			/** When, in epoch milliseconds. */
			readonly at: string;
			/** From where; empty where that is not known. */
			readonly from: string;
	  }
);

/** A line of a security log that its person was told of. */
export interface Notice {
	readonly eventId: string;
	readonly accountId: AccountId;
	readonly localpart: string;
	readonly at: number;
	readonly kind: SecurityEventKind;
	readonly address?: string;
	/** Of the app that did it. */
	readonly sessionId?: SessionId;
	/** The e-mail address that it was about. */
	readonly email?: string;
	/** Whether that one was confirmed as theirs. */
	readonly wasConfirmed: boolean;
	/** The passkey that it was about. */
	readonly passkey?: string;
	/** Whether what was added made two factors of one. */
	readonly isFirstFactor: boolean;
	/** Whether those who run the server did it. */
	readonly isByOperator: boolean;
	readonly isObjectedTo: boolean;
}

export interface NoticeRecords {
	/** In the transaction in which the line is written. */
	add(notice: Pick<Notice, "eventId" | "accountId" | "at">): Promise<void>;
	/** Of a line that was written after `since`. */
	find(eventId: string, since: number): Promise<Notice | undefined>;
	/** Newest first, without what somebody objected to. */
	list(
		accountId: AccountId,
		page: { readonly since: number; readonly limit: number },
	): Promise<readonly Notice[]>;
	/** True for the one caller that was first. */
	object(eventId: string, now: number): Promise<boolean>;
}

/** What an objection ends, all of it in one transaction. */
export interface ObjectionUnit {
	readonly notices: NoticeRecords;
	readonly accounts: {
		raiseGeneration(id: AccountId): Promise<void>;
		find(by: {
			readonly id: AccountId;
		}): Promise<{ readonly deactivatedAt: number | null; readonly passwordHash: string | null } | undefined>;
	};
	readonly browserSessions: Pick<SignedInBrowsers, "isSignedIn"> & {
		endAllOf(accountId: AccountId, exceptIdHash?: string): Promise<number>;
	};
	readonly requests: Pick<ResetRequests, "withdraw">;
	readonly addresses: {
		list(accountId: AccountId): Promise<readonly { readonly verifiedAt?: number }[]>;
		remove(accountId: AccountId, key: string): Promise<unknown>;
		/** False where another account has it. */
		confirm(person: {
			readonly accountId: AccountId;
			readonly address: string;
			readonly key: string;
			readonly at: number;
		}): Promise<boolean>;
	};
	readonly passkeys: {
		list(accountId: AccountId): Promise<readonly { readonly id: string; readonly host: string }[]>;
		remove(id: string, accountId: AccountId): Promise<boolean>;
		removeAllOf(accountId: AccountId): Promise<number>;
	};
	readonly oneTimeCodes: {
		find(accountId: AccountId): Promise<{ readonly createdAt: number } | undefined>;
		remove(accountId: AccountId): Promise<boolean>;
	};
	readonly recoveryCodes: { removeAllOf(accountId: AccountId): Promise<number> };
	readonly accountLinks: {
		list(accountId: AccountId): Promise<
			readonly {
				readonly provider: string;
				readonly subject: string;
				readonly issuer?: string;
				readonly linkedAt?: number | undefined;
			}[]
		>;
		/** Those that were added at that very moment. */
		removeAddedAt(accountId: AccountId, at: number): Promise<void>;
	};
	readonly events: Pick<SecurityEvents, "record" | "list">;
}

export interface Letters {
	/** Has it sent, with whatever else the transaction does or not at all. One statement. */
	add(accountId: AccountId, letter: QueuedLetter, now: number): Promise<void>;
	/** The same, to an address that may be nobody's here. */
	addToNobody(letter: Extract<QueuedLetter, { kind: "registration-code" }>, now: number): Promise<void>;
}

export interface MailTask extends Task {
	/** Of the account that it is for; of a letter to nobody, of the account that has the address. Undefined: none. */
	readonly localpart: string | undefined;
	/** Undefined where the row means nothing. */
	readonly letter: QueuedLetter | undefined;
}

export interface MailUnit {
	readonly mailTasks: TaskLine<MailTask>;
}

export interface NoticesCleanUp {
	readonly notices: {
		/** Deletes one batch of those of before that time. */
		deleteBefore(before: number): Promise<number>;
	};
	readonly mailTasks: {
		/** Deletes one batch of letters that were written before that time, sent or not. */
		deleteBefore(before: number): Promise<number>;
	};
}
