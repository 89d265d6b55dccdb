import type {
	DeviceId,
	DeviceSigningUpload,
	KeySlot,
	UserId,
	Utf8,
	VerifyEd25519,
} from "@countersign/protocol";
import type { Sha256 } from "./claim/binding.ts";
import type { RequestIdentity, RequestIn, ResetRequest, WithdrawalReason } from "./claim/reset-request.ts";
import type { RequestMove } from "./claim/transitions.ts";
import type { AccountId, SessionId } from "./identifiers.ts";
import type { Transactions } from "./transactions.ts";
import type { Holds } from "./undo/hold.ts";

/** Requests to replace keys, in storage, as they are read. What is read outside a transaction may have changed since. */
export interface RequestReads {
	/** The row of this identity that is live or, if none is, the latest denied one. Whether it is out of date is the caller's question. */
	current(identity: RequestIdentity): Promise<ResetRequest | undefined>;
	/** By its public reference or by its UIA session; never both at once. */
	find(
		by: { readonly reference: string } | { readonly uiaSession: string },
	): Promise<ResetRequest | undefined>;
	/** Newest first: all that are live, and those that ended since `endedSince` (denied ones count as ended when decided). */
	ofAccount(accountId: AccountId, endedSince: number): Promise<readonly ResetRequest[]>;
	/** How many rows the session made since then, when the oldest of those was made, and how many of all its rows are live. */
	askedSince(
		sessionId: SessionId,
		since: number,
	): Promise<{ readonly count: number; readonly oldestAt?: number; readonly live: number }>;
	/** Spending rows whose lease is over at that time, the longest waiting first. */
	overdueSpends(now: number, atMost: number): Promise<readonly RequestIn<"spending">[]>;
	/** Those of these public keys that spent requests of the account put there, as far back as rows are kept. */
	spentAmong(accountId: AccountId, publicKeys: readonly string[]): Promise<readonly string[]>;
}

/**
 * Requests to replace keys, in storage, as they are changed. Bound to the caller's transaction; each method is one
 * statement, so that of two callers exactly one sees the row change.
 */
export interface ResetRequests extends RequestReads {
	/** Adds a pending row. Fails (throws) when a live row of the same identity exists: the database holds that promise. */
	add(request: ResetRequest): Promise<void>;
	/**
	 * Moves one row as the table of transitions says, in a single conditional update. Returns the row as it is after, or
	 * `undefined` if it is in another state, a condition does not hold, or there is none; then nothing has changed.
	 */
	move(move: RequestMove): Promise<ResetRequest | undefined>;
	/** Notes the app's sign of life and prolongs a pending row. */
	touch(reference: string, at: { readonly lastUploadAt: number; readonly expiresAt: number }): Promise<void>;
	/**
	 * Ends every pending and approved row it names; never one that is spending. Returns how many. Where it names
	 * all of an account, or all that it approved, the time of what is spending is over too: what has not begun to arrive
	 * is not sent any more.
	 */
	withdraw(which: WithdrawalScope, reason: WithdrawalReason, now: number): Promise<number>;
	/** Marks pending and approved rows of the account whose time is over; returns them as they are after. */
	expire(accountId: AccountId, now: number): Promise<readonly ResetRequest[]>;
}

export type WithdrawalScope =
	/** All that an account asked for. */
	| { readonly of: "account"; readonly accountId: AccountId }
	/** What a session asked for. */
	| { readonly of: "session"; readonly sessionId: SessionId }
	/** What an account has approved. */
	| { readonly of: "approvals"; readonly accountId: AccountId }
	/** The approval of an account that a newer one replaces; what is being spent goes on. */
	| { readonly of: "older-approval"; readonly accountId: AccountId }
	/** What a session got approved for one access token alone. What of it is being spent is over now: nothing more is sent. */
	| { readonly of: "elevation"; readonly sessionId: SessionId }
	/** The request of a session that has waited longest. */
	| { readonly of: "oldest-pending"; readonly sessionId: SessionId };

/** OAuth sessions, as far as an upload has to know them. */
export interface LiveSessions {
	/** Whether the session has not ended and its account is neither locked nor closed. One statement. */
	isSignedIn(session: { readonly accountId: AccountId; readonly sessionId: SessionId }): Promise<boolean>;
}

/** The cross-signing keys that a homeserver holds for a person, inside the caller's transaction. */
export interface IdentityKeys {
	/** What is stored now. */
	stored(accountId: AccountId): Promise<StoredIdentity>;
	/** Stores the given keys, replacing only those present; all or nothing with the transaction. */
	replace(accountId: AccountId, keys: readonly NewKey[], now: number): Promise<void>;
	/** The public keys of the person's devices by key id, `ed25519:<device id>`: who may sign a master key. */
	deviceSigners(accountId: AccountId): Promise<ReadonlyMap<string, string>>;
	/** Whether any of these public keys is the id of one of the person's devices, or is or was another of their keys. */
	anyTaken(accountId: AccountId, publicKeys: readonly string[]): Promise<boolean>;
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
	readonly object: Readonly<Record<string, unknown>>;
}

/** A line that core writes to the person's security log. */
export interface IdentityEvent {
	readonly id: string;
	readonly accountId: AccountId;
	readonly at: number;
	readonly kind: IdentityEventKind;
	readonly sessionId?: SessionId;
	readonly deviceId?: DeviceId;
	readonly address?: string;
	/** Who did it. */
	readonly actor: IdentityActor;
	/** Plain facts, never a secret. */
	readonly detail: Readonly<Record<string, string>>;
}

/** Who does what core writes down. */
export type IdentityActor =
	/** Whose log it is, at the account page. */
	| { readonly kind: "person" }
	/** A client that held a token of the person's. */
	| { readonly kind: "app"; readonly clientId: string }
	/**
	 * This server by itself: a time was over, the homeserver behind or a service by which people sign in said so, or what
	 * an app took away is held.
	 */
	| { readonly kind: "server"; readonly because: "expiry" | "homeserver" | "undo" | "upstream" };

export type IdentityEventKind =
	| "identity-created"
	| "reset-asked"
	| "reset-approved"
	| "reset-denied"
	| "reset-reopened"
	| "reset-expired"
	| "reset-refused"
	| "identity-replaced"
	| "identity-replaced-unasked"
	| "reset-data-held"
	| "reset-data-back"
	| "reset-data-back-in-part"
	| "reset-data-kept"
	| "reset-data-wanted"
	| "reset-data-dropped";

/** The security log, as far as core writes it: bound to the caller's transaction, append-only. */
export interface IdentityEvents {
	record(event: IdentityEvent): Promise<void>;
}

/** Random identifiers; 128 bits or more of entropy each. */
export type NewToken = () => string;

/** What is read of requests outside a transaction. */
export interface RequestReading {
	readonly requests: RequestReads;
}

/** The repositories a person's decision touches. */
export interface DecisionUnit {
	readonly requests: ResetRequests;
	readonly events: IdentityEvents;
	readonly holds: Holds;
}

/** What approving touches besides: the browser in which it is done. */
export interface ApprovalUnit extends DecisionUnit {
	readonly browserSessions: SignedInBrowsers;
}

/**
 * That a person was there: whose account, when they proved it, and of which generation the account was then. Made by
 * whoever asked for the proof, who answers for it.
 */
export interface Presence {
	readonly accountId: AccountId;
	/** In which browser it was proved. */
	readonly browser: string;
	readonly at: number;
	/** Raised by whatever throws everybody out: what was proved before is worth nothing then. */
	readonly generation: number;
}

/** Browsers in which people are signed in, as far as a decision has to know them. */
export interface SignedInBrowsers {
	/**
	 * Whether that browser is signed in to that account at `now`, and the account neither locked, closed nor of another
	 * generation. One statement.
	 */
	isSignedIn(presence: Omit<Presence, "at">, now: number): Promise<boolean>;
}

/** What is decided is written in a transaction; outside of one, requests are only read. */
export type DecisionStorage = Transactions<DecisionUnit, RequestReading>;

/** The repositories an upload touches, all in one transaction. */
export interface UploadUnit {
	readonly sessions: LiveSessions;
	readonly requests: ResetRequests;
	readonly keys: IdentityKeys;
	readonly events: IdentityEvents;
	readonly holds: Holds;
}

/** What of them is looked at before anything is changed. */
export interface UploadReading {
	readonly requests: RequestReads;
	readonly keys: Pick<IdentityKeys, "stored">;
}

/** Who uploads: the owner of an access token that was good a moment ago. */
export interface Uploader {
	readonly accountId: AccountId;
	/** The Matrix user id that the keys must name. */
	readonly userId: UserId;
	readonly sessionId: SessionId;
	readonly deviceId: DeviceId;
	/** Of that access token; an approval may be for it alone. */
	readonly tokenHash: string;
	/** The client that holds the token. */
	readonly clientId: string;
	readonly address?: string;
	readonly userAgent?: string;
}

/** The moment of an upload, and the cryptography that core does not hold. */
interface UploadMeans {
	readonly now: number;
	readonly newToken: NewToken;
	readonly sha256: Sha256;
	readonly utf8: Utf8;
	readonly verify: VerifyEd25519;
}

export interface Upload {
	readonly body: DeviceSigningUpload;
	readonly uploader: Uploader;
	readonly means: UploadMeans;
}
