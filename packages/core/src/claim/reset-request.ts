import type { DeviceId, KeyName, KeySlot } from "@countersign/protocol";
import type { AccountId, SessionId } from "../identifiers.ts";

/**
 * What a request is bound to. Two uploads with the same identity are the same request: same row, same UIA session,
 * same URL. The access token is not part of it (it rotates while the app polls), nor is the UIA session (clients
 * omit it), nor are the signatures.
 */
export interface RequestIdentity {
	readonly accountId: AccountId;
	/** The OAuth session, and with it the device. */
	readonly sessionId: SessionId;
	/** Digest of the exact keys. @see requestDigest */
	readonly digest: string;
}

/** What stays the same for the whole life of a request to replace a person's cross-signing keys. */
export interface RequestFacts extends RequestIdentity {
	/** Opaque, in the approval URL. Knowing it grants nothing. */
	readonly reference: string;
	/** What clients echo in `auth.session`. */
	readonly uiaSession: string;
	readonly deviceId: DeviceId;
	/** The keys exactly as uploaded, by their wire names; never read back as a decision, only stored and sent on. */
	readonly keys: UploadedKeys;
	/** Master public key the person is asked to accept: the uploaded one, or the stored one the upload is signed by. */
	readonly masterKey: string;
	readonly createdAt: number;
	/** Last time the app asked; written at most every `limits.touchEveryMs`. */
	readonly lastUploadAt: number;
	readonly address?: string;
	readonly userAgent?: string;
}

export type UploadedKeys = { readonly [Name in KeyName]?: unknown };

/** The life of a request: each state carries only what is true in it. */
export type RequestState =
	| { readonly state: "pending"; readonly expiresAt: number }
	| {
			readonly state: "approved";
			readonly decidedAt: number;
			/** Before it, the person may object and nobody may use it. */
			readonly usableFrom: number;
			readonly expiresAt: number;
			readonly failures: number;
			/** Hash of the one access token that may use it; absent: any of the session. */
			readonly onlyToken?: string;
	  }
	| {
			readonly state: "spending";
			readonly decidedAt: number;
			/** Nothing begins to be sent after this; what has begun is completed. */
			readonly expiresAt: number;
			readonly failures: number;
			/** Until then one server alone sends the keys; afterwards whoever takes the lease over. */
			readonly leaseUntil: number;
			/**
			 * What had to be sent when the first key was about to leave; none as long as none was. While all of it is still
			 * missing at the homeserver, nothing has arrived.
			 */
			readonly sending: readonly KeySlot[];
	  }
	| { readonly state: "spent"; readonly decidedAt: number; readonly endedAt: number }
	| {
			readonly state: "denied";
			readonly decidedAt: number;
			readonly expiresAt: number;
			readonly told: boolean;
	  }
	| { readonly state: "expired"; readonly endedAt: number }
	| { readonly state: "withdrawn"; readonly endedAt: number; readonly reason: WithdrawalReason }
	| {
			readonly state: "failed";
			readonly decidedAt: number;
			readonly endedAt: number;
			readonly reason: string;
	  };

/** Why a request ended without anybody saying no to it. */
export type WithdrawalReason =
	| "session-ended"
	| "newer-approval"
	| "newer-request"
	| "account-closed"
	| "account-locked"
	| "objected"
	| "password-changed"
	| "factor-added"
	| "token-refreshed"
	| "proof-reset"
	| "ended-by-operator";

export type ResetRequest = RequestFacts & RequestState;
export type RequestStateName = RequestState["state"];
export type RequestIn<Name extends RequestStateName> = RequestFacts & Extract<RequestState, { state: Name }>;

/** States in which a request holds its place: one live row per identity. */
export const liveStates = ["pending", "approved", "spending"] as const satisfies readonly RequestStateName[];

/** Whether it holds its place, taken as it stands. @see requestAt */
export function isLive({ state }: Pick<ResetRequest, "state">): boolean {
	return liveStates.some((live) => live === state);
}
