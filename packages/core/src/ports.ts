import type { KeySlot } from "@countersign/protocol";
import type {
	RequestIdentity,
	RequestIn,
	RequestStateName,
	ResetRequest,
	WithdrawalReason,
} from "./claim/reset-request.ts";

/** Requests to replace keys, in storage, as they are read. What is read outside a transaction may have changed since. */
export interface RequestReads {
	/** The row of this identity that is live or, if none is, the latest denied one. Whether it is out of date is the caller's question. */
	current(identity: RequestIdentity): Promise<ResetRequest | undefined>;
	/** By its public reference or by its UIA session; never both at once. */
	find(
		by: { readonly reference: string } | { readonly uiaSession: string },
	): Promise<ResetRequest | undefined>;
	/** Newest first: all that are live, and those that ended since `endedSince` (denied ones count as ended when decided). */
	ofAccount(accountId: string, endedSince: number): Promise<readonly ResetRequest[]>;
	/** How many rows the session made since then, when the oldest of those was made, and how many of all its rows are live. */
	askedSince(
		sessionId: string,
		since: number,
	): Promise<{ readonly count: number; readonly oldestAt?: number; readonly live: number }>;
	/** Spending rows whose lease is over at that time, the longest waiting first. */
	overdueSpends(now: number, atMost: number): Promise<readonly RequestIn<"spending">[]>;
	/** Those of these public keys that spent requests of the account put there, as far back as rows are kept. */
	spentAmong(accountId: string, publicKeys: readonly string[]): Promise<readonly string[]>;
}

/**
 * Requests to replace keys, in storage, as they are changed. Bound to the caller's transaction; each method is one
 * statement, so that of two callers exactly one sees the row change.
 */
export interface ResetRequests extends RequestReads {
	/** Adds a pending row. Fails (throws) when a live row of the same identity exists: the database holds that promise. */
	add(request: ResetRequest): Promise<void>;
	/**
	 * The one way a row changes state: a single conditional update. Succeeds only if the row is in `from`, has not
	 * expired at `now` (unless `evenExpired`), and, with `whileSignedIn`, its session and account are alive. Nothing
	 * begins to be spent while another request of the account is.
	 * Returns the row as it is after, or `undefined` if nothing matched and nothing changed.
	 */
	move(move: RequestMove): Promise<ResetRequest | undefined>;
	/** Notes the app's sign of life and prolongs a pending row. */
	touch(reference: string, at: { readonly lastUploadAt: number; readonly expiresAt: number }): Promise<void>;
	/**
	 * Ends every pending and approved row it names; never one that is spending. Returns how many. Where it names all of
	 * an account, the time of what is spending is over too: what has not begun to arrive is not sent any more.
	 */
	withdraw(which: WithdrawalScope, reason: WithdrawalReason, now: number): Promise<number>;
	/** Marks pending and approved rows of the account whose time is over; returns them as they are after. */
	expire(accountId: string, now: number): Promise<readonly ResetRequest[]>;
}

export interface RequestMove {
	readonly which: { readonly reference: string; readonly accountId: string } | RequestIdentity;
	readonly from: readonly RequestStateName[];
	readonly to: RequestChange;
	readonly now: number;
	/** Refuse unless the session has not ended and the account is neither locked nor closed. Default false. */
	readonly whileSignedIn?: boolean;
	/** With `whileSignedIn`: refuse also if the account's generation is another by now (a password change raises it). */
	readonly generation?: number;
	/** Also take rows whose `expiresAt` has passed. Default false. */
	readonly evenExpired?: boolean;
	/**
	 * Of a spending row: `over` takes it only if its lease has ended by `now`; a time, only if its lease is still the one
	 * that ends then, so that who has lost the lease writes nothing any more. Default: whatever the lease.
	 */
	readonly lease?: "over" | number;
}

/** What a move writes. Members it does not name keep their value, so that a spent row still tells when it was approved. */
export type RequestChange =
	| { readonly state: "pending"; readonly expiresAt: number }
	| {
			readonly state: "approved";
			readonly decidedAt?: number;
			readonly expiresAt?: number;
			readonly failures: number;
	  }
	| { readonly state: "spending"; readonly leaseUntil: number }
	| { readonly state: "spent"; readonly endedAt: number }
	| {
			readonly state: "denied";
			readonly decidedAt?: number;
			readonly expiresAt?: number;
			readonly told: boolean;
	  }
	| { readonly state: "withdrawn"; readonly endedAt: number; readonly reason: WithdrawalReason }
	| { readonly state: "failed"; readonly endedAt: number; readonly reason: string };

export type WithdrawalScope =
	| { readonly accountId: string; readonly exceptReference?: string; readonly only?: "approved" }
	| { readonly sessionId: string }
	| { readonly oldestPendingOf: string };

/** OAuth sessions, as far as an upload has to know them. */
export interface LiveSessions {
	/** Whether the session has not ended and its account is neither locked nor closed. One statement. */
	isSignedIn(session: { readonly accountId: string; readonly sessionId: string }): Promise<boolean>;
}

/** The cross-signing keys that a homeserver holds for a person, inside the caller's transaction. */
export interface IdentityKeys {
	/** What is stored now. */
	stored(accountId: string): Promise<StoredIdentity>;
	/** Stores the given keys, replacing only those present; all or nothing with the transaction. */
	replace(accountId: string, keys: readonly NewKey[], now: number): Promise<void>;
	/** Whether any of these public keys is the id of one of the person's devices, or is or was another of their keys. */
	anyTaken(accountId: string, publicKeys: readonly string[]): Promise<boolean>;
}

export type StoredIdentity = { readonly [Slot in KeySlot]?: StoredKey };

export interface StoredKey {
	readonly publicKey: string;
	/** Canonical JSON of what is signed: every member but `signatures` and `unsigned`. */
	readonly signed: string;
}

export interface NewKey extends StoredKey {
	readonly slot: KeySlot;
	/** The key object as uploaded, signatures included. */
	readonly object: unknown;
}

/** A line that core writes to the person's security log. */
export interface IdentityEvent {
	readonly id: string;
	readonly accountId: string;
	readonly at: number;
	readonly kind: IdentityEventKind;
	readonly sessionId?: string;
	readonly deviceId?: string;
	readonly address?: string;
	/** Plain facts, never a secret. */
	readonly detail: Readonly<Record<string, string>>;
}

export type IdentityEventKind =
	| "identity-created"
	| "reset-asked"
	| "reset-approved"
	| "reset-denied"
	| "reset-reopened"
	| "reset-expired"
	| "reset-refused"
	| "identity-replaced"
	| "identity-replaced-unasked";

/** The security log, as far as core writes it: bound to the caller's transaction, append-only. */
export interface IdentityEvents {
	record(event: IdentityEvent): Promise<void>;
}

/** Random identifiers; 128 bits or more of entropy each. */
export type NewToken = () => string;
