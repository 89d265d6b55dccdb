import type { AccountId, SessionId, Transactions } from "@countersign/core";
import type { DeviceId, UserId } from "@countersign/protocol";
import type { Actor } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import type {
	AuthenticationEvent,
	DeviceMaking,
	EndReason,
	QuickRotations,
	SessionsUnit,
	UseNotes,
	WayBack,
} from "./ports.ts";
import type { SessionRules } from "./rules.ts";

export interface SessionsDeps<Unit extends SessionsUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly homeserver: DeviceMaking;
	/**
	 * Waits until the homeserver knows that sessions of this account have ended, as far as it can be waited for: who is
	 * answered "signed out" is. Default: it knows with the transaction.
	 */
	readonly afterEnd?: (accountId: AccountId) => Promise<void>;
	/** Asked in the transaction in which a session begins. Default: there is none. */
	readonly wayBack?: (unit: Unit) => Promise<WayBack | undefined>;
	readonly serverName: string;
	/** Default: every rotation is a unit of work. */
	readonly rotations?: QuickRotations | undefined;
	/** Default: notes of uses are units of work. */
	readonly useNotes?: UseNotes | undefined;
	/** Default: the usual ones. */
	readonly rules?: SessionRules | undefined;
	/** 32 bytes; successors of refresh tokens are derived under it as long as no key was drawn for that. */
	readonly secretKey: Uint8Array;
}

/** An app that is about to be signed in. */
export interface Arriving {
	readonly accountId: AccountId;
	/** Default: one that nobody has yet. */
	readonly deviceId?: DeviceId;
	readonly clientId: string;
}

/** Undefined: there is no room. Else which sessions end for it, most often none. */
export type Room = readonly DeviceSession[] | undefined;

/** OAuth sessions: one session is one device, but for those that came along without one. */
export interface Sessions<Unit = SessionsUnit> {
	/**
	 * Opens a session for a device. The device exists at the homeserver before a token does. `consume` spends what
	 * entitles to it (the authorization code), in the same transaction; when it returns false nothing has happened.
	 * An earlier live session of the same device ends.
	 */
	open(
		session: OpenSession,
		consume: (unit: Unit, sessionId: SessionId) => Promise<boolean>,
	): Promise<OpenOutcome>;
	/**
	 * Gives the live session of this client and device new tokens in the place of those it has: its person has proved to
	 * be there for `event`. `consume` spends what entitles to it, for the new access token of that hash, in the same
	 * transaction; when it returns false nothing has happened.
	 */
	elevate(
		session: ElevateSession,
		consume: (
			unit: Unit,
			given: { readonly sessionId: SessionId; readonly token: string },
		) => Promise<boolean>,
	): Promise<ElevateOutcome>;
	/**
	 * Rotates a refresh token. Asked again with the same token it hands out the same successor beside another access
	 * token, as long as the first answer may have been lost; after that nothing, and the second time the session ends.
	 * @see https://www.rfc-editor.org/rfc/rfc9700#section-4.14
	 */
	refresh(request: RefreshRequest): Promise<RefreshOutcome>;
	/** Opens a session for an app that knows the older login API only, otherwise as `open` does. */
	openCompat(
		session: OpenCompatSession,
		consume: (unit: Unit, sessionId: SessionId) => Promise<boolean>,
	): Promise<OpenCompatOutcome>;
	/** Rotates a refresh token of the older login API, by the rules of `refresh`. */
	refreshCompat(request: Omit<RefreshRequest, "clientId">): Promise<RefreshOutcome>;
	/** Whom this access token may sign out: as `authenticate`, but a locked person may still sign out. */
	findSignedIn(accessToken: string): Promise<SignedIn>;
	/** Who holds this access token, and whether it counts now. */
	authenticate(accessToken: string, visit: Visit): Promise<Authentication>;
	/** Ends the session that an access or refresh token belongs to, expired and used ones included. */
	endByToken(token: string, visit?: Visit): Promise<boolean>;
	/** Ends one session of the account, or gives up its kept device. False where there is neither. */
	end(session: {
		readonly sessionId: SessionId;
		readonly accountId: AccountId;
		readonly reason: EndReason;
		readonly actor: Actor;
		readonly address?: string | undefined;
	}): Promise<boolean>;
	/**
	 * Ends the sessions of the account, all or all but one, and gives up its kept devices; what was agreed to but not
	 * yet exchanged for a session is void with them. Returns how many.
	 */
	endAllOf(
		accountId: AccountId,
		how: {
			readonly reason: EndReason;
			readonly actor: Actor;
			readonly exceptSessionId?: SessionId | undefined;
			readonly address?: string | undefined;
		},
	): Promise<number>;
	/** Live sessions, last used first. */
	listOf(accountId: AccountId): Promise<readonly DeviceSession[]>;
	/** Whether an app may be signed in on one device more, and which sessions would end for that. As of now: asked again by `open`. */
	room(arriving: Arriving): Promise<Room>;
	/** Devices of the account on which nobody is signed in, kept with their keys for a while. */
	listKept(accountId: AccountId): Promise<readonly DeviceSession[]>;
	/** The session that is live on a device, else the one that ended and whose device is kept. */
	findDevice(accountId: AccountId, deviceId: DeviceId): Promise<SessionOnDevice | undefined>;
	/** A live session without a device. */
	findWithoutDevice(accountId: AccountId, sessionId: SessionId): Promise<DeviceSession | undefined>;
	/** Writes down the uses seen since the last time. Happens by itself within a second of a use. */
	flush(): Promise<void>;
	/** Writes down what is left. Call before the storage is closed. */
	close(): Promise<void>;
}

export interface Visit {
	/** Socket address of the device itself; absent when a homeserver asks on its behalf. */
	readonly address?: string | undefined;
}

export interface OpenSession {
	readonly accountId: AccountId;
	readonly clientId: string;
	/** As granted, with the names the client used. */
	readonly scope: string;
	readonly deviceId: DeviceId;
	/** What the device is called at the homeserver. Default: the name of its client, where that has one. */
	readonly deviceName?: string | undefined;
	readonly address?: string | undefined;
	readonly userAgent?: string | undefined;
	/** What the first access token stands for. Default: it is not said. */
	readonly event?: AuthenticationEvent;
	/** At another service, of the browser that let it in: once that is over, nothing is opened. Default: none. */
	readonly stay?: string | undefined;
}

/**
 * `spent`: `consume` said no. `account-closed`: the account is gone, closed or locked. `device-id-in-use`: the id is
 * one of the person's cross-signing keys, stored or waiting for approval, or of their dehydrated device.
 * `too-many-devices`: the person has as many as they may; nothing was consumed. `homeserver-unavailable`: nothing was
 * consumed, try again.
 */
export type OpenOutcome =
	| { readonly ok: true; readonly tokens: IssuedTokens }
	| {
			readonly ok: false;
			readonly reason:
				| "spent"
				| "account-closed"
				| "device-id-in-use"
				| "too-many-devices"
				| "homeserver-unavailable";
	  };

interface ElevateSession extends Pick<OpenSession, "accountId" | "clientId" | "deviceId"> {
	readonly event: AuthenticationEvent;
}

/** `spent`: `consume` said no. `ended`: there is no such session, or its person may not hold one. */
export type ElevateOutcome =
	| { readonly ok: true; readonly tokens: IssuedTokens }
	| { readonly ok: false; readonly reason: "spent" | "ended" };

export interface OpenCompatSession
	extends Pick<OpenSession, "accountId" | "deviceId" | "address" | "userAgent" | "stay"> {
	/** Names a device that is new; one that is signed in keeps the name it has. */
	readonly deviceName?: string | undefined;
	/** Its id was drawn for it just now. Default: it may be one that is signed in. */
	readonly isNewDevice?: boolean;
	/** Whether the app can renew its token. Otherwise it gets one that lasts as long as the session. */
	readonly renews: boolean;
}

export type OpenCompatOutcome =
	| { readonly ok: true; readonly tokens: CompatTokens }
	| Extract<OpenOutcome, { ok: false }>;

export type CompatTokens = Pick<IssuedTokens, "accessToken" | "sessionId" | "accountId"> &
	Partial<Pick<IssuedTokens, "refreshToken" | "expiresInSeconds">> & { readonly deviceId: DeviceId };

export type SignedIn =
	| {
			readonly ok: true;
			readonly accountId: AccountId;
			readonly sessionId: SessionId;
			readonly clientId: string;
	  }
	| { readonly ok: false; readonly reason: "unknown" | "expired" | "ended" };

/** What leaves the server once; only hashes of the two tokens stay. */
export interface IssuedTokens {
	readonly accessToken: string;
	readonly refreshToken: string;
	readonly expiresInSeconds: number;
	/** As granted. */
	readonly scope: string;
	readonly sessionId: SessionId;
	readonly accountId: AccountId;
}

export interface RefreshRequest {
	readonly refreshToken: string;
	readonly clientId: string;
	readonly address?: string | undefined;
}

/**
 * `locked` and `late` are temporary: answer so that the client keeps its keys and tries again, after `late` with what
 * it has stored since. Every other refusal is `invalid_grant`. `other-client` leaves the session alone; `reused` has
 * just ended it.
 */
export type RefreshOutcome =
	| { readonly ok: true; readonly tokens: IssuedTokens }
	| {
			readonly ok: false;
			readonly reason: "unknown" | "other-client" | "ended" | "locked" | "late" | "reused";
	  };

export type Authentication =
	| {
			readonly ok: true;
			readonly caller: Caller;
			/** Epoch milliseconds. */
			readonly issuedAt: number;
			/** Absent: as long as its session. */
			readonly expiresAt?: number;
			readonly event?: AuthenticationEvent;
	  }
	/** `device-kept`: ended, but whoever signs in on the same device finds its keys there. */
	| { readonly ok: false; readonly reason: "unknown" | "expired" | "ended" | "device-kept" | "locked" };

interface Caller {
	readonly accountId: AccountId;
	readonly localpart: string;
	readonly userId: UserId;
	readonly sessionId: SessionId;
	/** Null in a session that came along without. */
	readonly deviceId: DeviceId | null;
	readonly clientId: string;
	readonly scope: string;
	readonly admin: boolean;
	/** Of the token they hold. */
	readonly tokenHash: string;
}

/** A session as its owner sees it. Names come from the client: show them as claims. */
export interface DeviceSession {
	readonly id: SessionId;
	readonly accountId: AccountId;
	readonly clientId: string;
	readonly clientName?: string;
	readonly clientUri?: string;
	/** Null in a session that came along without. */
	readonly deviceId: DeviceId | null;
	/** Held by the token of a program, which nothing renews. */
	readonly lasting: boolean;
	/** The person made that token; otherwise the operator did, or it came along. */
	readonly byPerson?: true;
	/** When that token is over. Absent: it lasts until the session is ended. */
	readonly endsAt?: number;
	/** When that token was made. Absent: with the session. */
	readonly tokenMadeAt?: number;
	/** Which end the person was told of last, of each cause. */
	readonly endTold?: { readonly token?: number; readonly idle?: number; readonly age?: number };
	/** Signed in through the older login API, where apps do not say who they are. */
	readonly compat: boolean;
	readonly scope: string;
	readonly createdAt: number;
	readonly lastUsedAt: number;
	/** The session has ended, and the device is kept until then. Absent: the session is live. */
	readonly keptUntil?: number;
	readonly signedInAddress?: string;
	readonly lastAddress?: string;
	readonly userAgent?: string;
}

export interface SessionOnDevice extends DeviceSession {
	readonly deviceId: DeviceId;
}
