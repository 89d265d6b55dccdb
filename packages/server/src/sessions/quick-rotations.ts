import type { AccountId, SessionId } from "@countersign/core";

/**
 * What a storage has that rotates a refresh token more quickly than a unit of work does. It does the usual case alone,
 * with all that a rotation is, at once or not at all: a token that was never used, of a live session, with its client.
 */
export interface QuickRotations {
	/**
	 * Undefined: nothing has happened, for whatever reason, be it that somebody else had the session in hand; a unit of
	 * work decides. A session for exactly one caller with this token, ever, units of work included.
	 */
	rotate(rotation: QuickRotation): Promise<RotatedSession | undefined>;
}

/** Of the three tokens the hashes. */
export interface QuickRotation {
	readonly hash: string;
	readonly clientId: string;
	readonly successor: string;
	readonly access: string;
	/** How long the access token lasts, from when it is made. */
	readonly accessSeconds: number;
	/** Asked when it is carried out, not when it begins to wait for that. */
	readonly clock: () => number;
	readonly address: string | undefined;
	/** How many access tokens stay. @see TokenRecords.keepAccess */
	readonly keepAccess: number;
	/** What the setting was when the successor was derived, if there was one: it has to be that still. */
	readonly keys: { readonly setting: "successor-keys"; readonly value: string | undefined };
}

export interface RotatedSession {
	readonly sessionId: SessionId;
	readonly accountId: AccountId;
	readonly scope: string;
}
