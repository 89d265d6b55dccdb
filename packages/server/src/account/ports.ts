import type { AccountId, SessionId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { ProofFor } from "../proofs/index.ts";

/** What the approval page tells of the session that asks. */
export interface SessionFacts {
	/** The session, ended or not. One statement. */
	find(sessionId: SessionId): Promise<AskingSession | undefined>;
}

/** Names and addresses of the client and the device are what the app says of itself. */
export interface AskingSession {
	readonly deviceId: DeviceId;
	readonly deviceName?: string | undefined;
	readonly clientName?: string;
	readonly clientUri?: string;
	readonly createdAt: number;
	readonly signedInAddress?: string;
	readonly ended: boolean;
}

/** What devices are called at the homeserver, where apps name them too. */
export interface DeviceNaming {
	/**
	 * Names the device there, or with an empty name takes its name away, as its app could. Refuses what its own API would.
	 * Repeatable. Throws `HomeserverUnavailable` without an answer: it may be called so all the same.
	 */
	renameDevice(device: {
		readonly accountId: AccountId;
		readonly localpart: string;
		readonly deviceId: DeviceId;
		readonly displayName: string;
	}): Promise<
		| { readonly ok: true }
		| { readonly ok: false; readonly reason: "no-such-device" }
		| { readonly ok: false; readonly reason: "too-long"; readonly atMost: number }
	>;
}

/** The homeserver's own switch for replacing an identity: of the whole account, not of one request. */
export interface ResetWindow {
	/**
	 * Opens it for ten minutes from now, again where it is open. Throws `HomeserverUnavailable` without an answer that
	 * says so; it may be open all the same.
	 */
	open(localpart: string, proof: ProofFor<"open-reset-window">): Promise<void>;
}
