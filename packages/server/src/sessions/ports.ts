import type { AccountId, ResetRequests, SessionId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { SecurityEvents } from "../audit/index.ts";
import type { Slices } from "../jobs/ports.ts";
import type { SessionUse } from "./use-notes.ts";

export type { QuickRotation, QuickRotations, RotatedSession } from "./quick-rotations.ts";
export type { FirstUse, SessionUse, UseNotes } from "./use-notes.ts";

/** What sessions need of the storage, all of it in one transaction. */
export interface SessionsUnit {
	readonly sessions: SessionRecords;
	readonly keptDevices: KeptDevices;
	readonly tokens: TokenRecords;
	readonly events: Pick<SecurityEvents, "record" | "list">;
	readonly accounts: { raiseGeneration(accountId: AccountId): Promise<void> };
	readonly upstreamStays: { isThere(stay: string): Promise<boolean> };
	readonly requests: Pick<ResetRequests, "ofAccount" | "withdraw">;
	readonly homeserver: DeviceEffects;
	readonly settings: {
		get(name: string): Promise<string | undefined>;
		set(name: string, value: string): Promise<void>;
	};
}

/**
 * What clean-up does with what is here. Each method deletes one batch; those with `since` look only at what was over at
 * that time or later.
 */
export interface SessionsCleanUp {
	readonly slices: Slices<"access tokens" | "refresh tokens" | "sessions" | "devices">;
	readonly tokens: {
		/** Access tokens that expired, except the evidence that a live refresh token arrived. */
		deleteExpired(before: number, since: number): Promise<number>;
		/** Refresh tokens that were used, except the last used one of each session: its retry may yet come. */
		deleteConsumed(before: number, since: number): Promise<number>;
	};
	readonly sessions: {
		/** Sessions that ended and that no token and no request to replace keys refers to any more. */
		deleteEnded(before: number, since: number): Promise<number>;
	};
	readonly keptDevices: {
		/** Gives up devices that were kept for a sign-in until then, and returns them. */
		releaseOver(
			before: number,
		): Promise<readonly { readonly accountId: AccountId; readonly deviceId: DeviceId }[]>;
	};
	readonly homeserver: {
		removeDevice(accountId: AccountId, deviceId: DeviceId, now: number): Promise<void>;
		/** Devices made then on which nobody is signed in, but no dehydrated one. They are taken back at `now`. */
		removeUnheldDevices(before: number, now: number, since: number): Promise<number>;
	};
}

/** OAuth sessions in storage. Each method is one statement. */
export interface SessionRecords {
	/** The person a session is or would be of. */
	holder(accountId: AccountId): Promise<SessionHolder | undefined>;
	/** The registered metadata of a client, as JSON text. */
	clientMetadata(clientId: string): Promise<string | undefined>;
	/** Adds a live session. Throws when the device has one already: the database holds that promise. */
	add(session: NewSession): Promise<void>;
	/** Ends every live session it names and returns those: of two callers exactly one sees a session end. */
	end(which: SessionScope, reason: EndReason, now: number): Promise<readonly EndedSession[]>;
	/** Live sessions of the account with their clients, last used first; with `deviceId` at most one. */
	live(which: {
		readonly accountId: AccountId;
		readonly deviceId?: DeviceId;
	}): Promise<readonly StoredDeviceSession[]>;
	/** Notes a use. Never moves `lastUsedAt` back; without an address the one known before stays. */
	touch(use: SessionUse): Promise<void>;
}

/**
 * Devices that outlive their session for a while: it ended because its credentials were seen in two places. Each
 * method is one statement.
 */
export interface KeptDevices {
	/** Has the device of a session that ends stay until then. */
	keep(sessionId: SessionId, until: number): Promise<void>;
	/** Gives up keeping every device it names and returns them: of two callers exactly one gets each. */
	release(which: SessionScope): Promise<readonly EndedSession[]>;
	/** Those of the account with the session that ended, kept longest first; with `deviceId` at most one. */
	of(which: {
		readonly accountId: AccountId;
		readonly deviceId?: DeviceId;
	}): Promise<readonly StoredKeptDevice[]>;
}

/** Sessions that end by themselves. */
export interface SessionEnds {
	/**
	 * Gives the live session of a program another end, for a token that takes the place of the one made at `seen`. True
	 * for exactly one caller.
	 */
	renew(of: {
		readonly sessionId: SessionId;
		readonly accountId: AccountId;
		readonly seen: number;
		readonly madeAt: number;
		readonly endsAt: number | undefined;
	}): Promise<boolean>;
	/** A batch of live sessions of whose end, near or past, their person is still to be told. */
	untold(now: number, rules: EndRules): Promise<readonly DueSession[]>;
	/**
	 * Marks those among them of whom that is still so as told of, and returns them: of two callers exactly one gets each.
	 * An app whose end is nearer than `shortMs`, or past, gets that time from now on.
	 */
	tell(among: readonly DueSession[], now: number, rules: EndRules): Promise<readonly EndingSession[]>;
	/**
	 * A batch of live sessions that are over, tokens that can be replaced no more among them: of all, or of these. None
	 * is over whose person was not told of this very end, or whose account is locked.
	 */
	over(now: number, rules: EndRules, among?: readonly DueSession[]): Promise<readonly DueSession[]>;
}

/** By which rules apps end, beside tokens that have an end of their own. */
export interface EndRules {
	/** How long after the end of its token a session stays. */
	readonly replacedWithinMs: number;
	/** How long before the end a person is told: `longMs`, or `shortMs` of what lasts no longer than `shortUpToMs`. */
	readonly told: { readonly longMs: number; readonly shortMs: number; readonly shortUpToMs: number };
	readonly idleMs?: number | undefined;
	readonly ageMs?: number | undefined;
}

/** `token`: its own end; `idle`: nobody used it; `age`: it signed in so long ago. */
export type EndCause = "token" | "idle" | "age";

export interface DueSession {
	readonly id: SessionId;
	readonly because: EndCause;
}

export interface EndingSession extends DueSession {
	readonly accountId: AccountId;
	readonly deviceId: DeviceId | null;
	/** When it ends. */
	readonly endsAt: number;
	/** The registered metadata of its client, as JSON text. */
	readonly clientMetadata: string;
}

/** Where the name of a program's token is kept, as that of a client. */
export interface TokenNames {
	/** True for the one caller that was first with this id. */
	registerFirst(client: TokenClient): Promise<boolean>;
}

/** A client that no request can use: it has no address to return to and no grant to ask with. */
export interface TokenClient {
	readonly id: string;
	readonly metadata: {
		readonly application_type: "native";
		readonly client_uri: string;
		readonly client_name: string;
		readonly redirect_uris: readonly [];
		readonly response_types: readonly [];
		readonly grant_types: readonly [];
		readonly token_endpoint_auth_method: "none";
		readonly localized: Readonly<Record<string, string>>;
	};
	readonly createdAt: number;
}

interface StoredKeptDevice extends StoredDeviceSession {
	readonly keptUntil: number;
}

export interface SessionHolder {
	readonly localpart: string;
	readonly locked: boolean;
	readonly closed: boolean;
	readonly admin: boolean;
}

export interface NewSession {
	readonly id: SessionId;
	readonly accountId: AccountId;
	readonly clientId: string;
	/** Null for a program that needs none. */
	readonly deviceId: DeviceId | null;
	/** As granted, names as the client asked for them. */
	readonly scope: string;
	readonly createdAt: number;
	/** When its token is over, which nothing renews. Default: it lasts, or is renewed. */
	readonly endsAt?: number | undefined;
	/** At another service, with whose end it may end. Default: none. */
	readonly stay?: string | undefined;
	readonly address?: string | undefined;
	readonly userAgent?: string | undefined;
}

export type SessionScope =
	| { readonly sessionId: SessionId; readonly accountId?: AccountId }
	| { readonly accountId: AccountId; readonly deviceId: DeviceId }
	| { readonly accountId: AccountId; readonly exceptSessionId?: SessionId | undefined };

/** Why a session is over. */
export type EndReason =
	| "signed-out"
	| "signed-out-everywhere"
	| "revoked"
	| "replaced"
	| "code-replayed"
	| "refresh-token-reused"
	| "ended-by-operator"
	| "signed-out-elsewhere"
	| "admin-withdrawn"
	| "account-closed"
	| "token-over"
	| "idle"
	| "too-old"
	| "gave-way";

export interface EndedSession {
	readonly id: SessionId;
	readonly accountId: AccountId;
	readonly deviceId: DeviceId | null;
}

export interface StoredDeviceSession {
	readonly id: SessionId;
	readonly accountId: AccountId;
	readonly clientId: string;
	readonly clientMetadata: string;
	readonly deviceId: DeviceId | null;
	readonly scope: string;
	readonly createdAt: number;
	readonly lastUsedAt: number;
	readonly signedInAddress: string | null;
	readonly lastAddress: string | null;
	readonly userAgent: string | null;
	readonly endsAt: number | null;
	/** When its token took the place of an earlier one; null: it is the first. */
	readonly tokenMadeAt: number | null;
	/** Which end the person was told of last: of its token, by idling, and by its age. */
	readonly tokenEndTold: number | null;
	readonly idleEndTold: number | null;
	readonly ageEndTold: number | null;
}

/** Access and refresh tokens in storage, known by the hash of their text only. Each method is one statement. */
export interface TokenRecords {
	/** The token with its session and person, ended or not: the one lookup of the hot path. */
	findAccess(hash: string): Promise<StoredAccess | undefined>;
	findRefresh(hash: string): Promise<StoredRefresh | undefined>;
	addAccess(token: NewAccess): Promise<void>;
	addRefresh(token: {
		readonly hash: string;
		readonly sessionId: SessionId;
		readonly createdAt: number;
	}): Promise<void>;
	/** Marks a refresh token as used. True for exactly one caller, ever. */
	consumeRefresh(hash: string, now: number): Promise<boolean>;
	/** Notes that a refresh token came too late to be answered again. True for exactly one caller, ever. */
	noteLate(hash: string, now: number): Promise<boolean>;
	/** Whether any access token handed out beside this refresh token is known to have been used. */
	anyUsedBeside(refreshHash: string): Promise<boolean>;
	/**
	 * Deletes access tokens of the session down to `keep`. Kept first: `newest`, then unexpired ones that were used
	 * (they are evidence that an answer arrived), then unexpired ones, then expired ones; the younger first.
	 */
	keepAccess(limit: {
		readonly sessionId: SessionId;
		readonly newest: string;
		readonly keep: number;
		readonly now: number;
	}): Promise<void>;
	/** Keeps the first token of a session sealed, for as long as the session lasts. */
	keepSealed(sessionId: SessionId, sealed: string): Promise<void>;
	deleteSealedOf(sessionId: SessionId): Promise<void>;
	/** Notes when an access token was first used; a time noted before stays. */
	noteFirstUse(hash: string, at: number): Promise<void>;
	deleteAccessOf(sessionId: SessionId): Promise<void>;
	/** They open nothing from now on, and are known until they are cleaned up. */
	expireAccessOf(sessionId: SessionId, now: number): Promise<void>;
	deleteRefreshOf(sessionId: SessionId): Promise<void>;
}

/**
 * What sessions that begin now have to leave behind, as long as people may go back to a server that knows tokens by
 * their text.
 */
export interface WayBack {
	/** Whether it takes refresh tokens of Synapse's shape alone, which only the older login API has. */
	readonly isSynapse: boolean;
	/** So that nobody opens it here. */
	seal(sessionId: SessionId, token: string): string;
}

interface NewAccess {
	readonly hash: string;
	readonly sessionId: SessionId;
	/** Hash of the refresh token handed out beside it; a lasting token has none. */
	readonly refreshHash?: string;
	readonly createdAt: number;
	/** Absent: as long as its session. */
	readonly expiresAt?: number;
	readonly event?: AuthenticationEvent;
}

/**
 * That somebody proved to be there, and got this very token for it. One that is handed out for a refresh token has
 * none: it stands for nobody who was there.
 * @see https://www.rfc-editor.org/rfc/rfc9470#section-6
 */
export interface AuthenticationEvent {
	/** How strong the proof was. */
	readonly acr: string;
	readonly at: number;
}

/** What a token speaks for. */
export interface TokenBearer {
	readonly sessionId: SessionId;
	readonly accountId: AccountId;
	readonly clientId: string;
	/** Null where the session came along without: nothing is told to the homeserver when it ends. */
	readonly deviceId: DeviceId | null;
	readonly scope: string;
	readonly localpart: string;
	readonly admin: boolean;
	/** The session has ended or the account is closed. */
	readonly ended: boolean;
	/** The session has ended, and its device is kept for whoever signs in on it. */
	readonly deviceKept: boolean;
	readonly locked: boolean;
}

export interface StoredAccess extends TokenBearer {
	readonly createdAt: number;
	/** Absent: as long as its session. */
	readonly expiresAt?: number;
	readonly event?: AuthenticationEvent;
	readonly used: boolean;
	readonly lastUsedAt: number;
	readonly lastAddress: string | null;
}

export interface StoredRefresh extends TokenBearer {
	readonly consumedAt: number | null;
	/** When it first came too late to be answered again. */
	readonly lateAt: number | null;
	/** Hash of the token that is used up with this one, where there is such a pair: it came from another server. */
	readonly sibling: string | null;
}

/**
 * Making devices at the homeserver, outside any transaction. Throws `HomeserverUnavailable` without an answer; nothing is
 * lost by trying again.
 */
export interface DeviceMaking {
	/**
	 * Makes the device exist before its tokens leave the server, and the person where they are not known yet. Refuses
	 * where the account is closed at the homeserver. Repeatable.
	 */
	upsertDevice(device: {
		readonly accountId: AccountId;
		readonly localpart: string;
		readonly deviceId: DeviceId;
		readonly displayName?: string;
	}): Promise<
		| { readonly ok: true }
		| { readonly ok: false; readonly reason: "device-id-in-use" | "account-closed" | "too-many-devices" }
	>;
}

/**
 * What has to happen to a device at the homeserver because of something in the caller's transaction: with it or not at
 * all. Where the homeserver is another program it happens after the commit, for each person in the order of the causes,
 * and is tried until it is done.
 */
export interface DeviceEffects {
	/**
	 * Whether the device that was made before this transaction is still there. Its earlier session may have ended since,
	 * and have taken it along.
	 */
	hasDevice(accountId: AccountId, deviceId: DeviceId): Promise<boolean>;
	/** Removes a device with its keys and waiting messages. A device that does not exist is no error. */
	removeDevice(accountId: AccountId, deviceId: DeviceId, now: number): Promise<void>;
}
