import type { ProofFor } from "../proofs/index.ts";

/** What the approval page tells of the session that asks. */
export interface SessionFacts {
	/** The session, ended or not. One statement. */
	find(sessionId: string): Promise<AskingSession | undefined>;
}

/** Names and addresses of the client and the device are what the app says of itself. */
export interface AskingSession {
	readonly deviceId: string;
	readonly deviceName?: string | undefined;
	readonly clientName?: string;
	readonly clientUri?: string;
	readonly createdAt: number;
	readonly signedInAddress?: string;
	readonly ended: boolean;
}

/** The homeserver's own switch for replacing an identity: of the whole account, not of one request. */
export interface ResetWindow {
	/**
	 * Opens it for ten minutes from now, again where it is open. Throws `HomeserverUnavailable` without an answer that
	 * says so; it may be open all the same.
	 */
	open(localpart: string, proof: ProofFor<"open-reset-window">): Promise<void>;
}
