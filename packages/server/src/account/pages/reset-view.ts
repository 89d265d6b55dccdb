import type { WithdrawalReason } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { ProofAsked } from "../../proofs/index.ts";
import type { BackupTruth } from "../ports.ts";
import type { Problem } from "./proof-field.ts";

/** Everything the approval page can be about: one request at one moment, as its owner sees it. */
export type ResetView = ResetContext & ResetStage;

export interface ResetContext {
	readonly asking: Asking;
	/** Path of this page, with what has to come back with its forms. */
	readonly path: string;
	/** User id of the person signed in. */
	readonly signedInAs: string;
	readonly csrf: string;
	readonly now: number;
	/** How long an approval waits for objections before it can be used. Default: not at all. */
	readonly delayMs?: number;
	/** The password was entered too long ago: forms that need a proof ask for it. */
	readonly asks: ProofAsked | undefined;
	/** Where the second factor is added without which nothing is agreed to any more. Default: none is missing. */
	readonly addFactor?: string | undefined;
	/** Why what was sent last was not done. */
	readonly problem?: Problem | undefined;
}

/** Who asks for what, fit to be shown. `app.name` and `device.name` are claims of the app; the rest is what this server saw itself. */
export interface Asking {
	readonly reference: string;
	readonly app: { readonly name?: string | undefined; readonly host?: string | undefined };
	readonly device: {
		readonly deviceId: DeviceId;
		/** The same as it is shown: an app chooses it, long or misleading as it may be. */
		readonly id: string;
		readonly name?: string | undefined;
		/** Another device of the person is called the same. */
		readonly hasNamesake?: boolean;
	};
	readonly signedInAt?: number | undefined;
	readonly signedInAddress?: string | undefined;
	/** The device has been signed out since. */
	readonly signedOut: boolean;
	readonly askedAt: number;
	readonly lastAskedAt: number;
	readonly address?: string | undefined;
	readonly browserAddress: string;
	/** Public master key that would be or is in force. */
	readonly newKey: string;
	/** Public master key in force now; undefined when there is none or the homeserver does not answer. */
	readonly currentKey?: string | undefined;
	/** What the homeserver says of the backup of message keys; undefined when it does not answer. */
	readonly backup?: BackupTruth | undefined;
	/** What became of what the app had removed before it asked, where that was put back since. */
	readonly putBack?: "whole" | "in-part" | "aside" | undefined;
}

export type ResetStage =
	| { readonly stage: "waiting"; readonly warnings: readonly ResetWarning[]; readonly expiresAt: number }
	| { readonly stage: "approved"; readonly expiresAt: number }
	/** Approved, and nobody can use it yet. */
	| { readonly stage: "objectable"; readonly usableFrom: number; readonly expiresAt: number }
	| { readonly stage: "spending" }
	| { readonly stage: "replaced"; readonly progress: ResetProgress; readonly endedAt: number }
	| {
			readonly stage: "denied";
			/** It had been approved before. */
			readonly takenBack: boolean;
			readonly reopenUntil: number;
	  }
	| { readonly stage: "expired"; readonly endedAt: number }
	| { readonly stage: "withdrawn"; readonly reason: WithdrawalReason; readonly endedAt: number }
	| { readonly stage: "failed"; readonly reason: string; readonly endedAt: number };

/** What speaks against a request: reasons to refuse, none of them a proof. */
export type ResetWarning = "other-address" | "several-key-sets" | "new-device";

/**
 * How far the asking device has come after the keys were replaced, by what the homeserver's own keys show.
 * `unknown`: it does not answer. `superseded`: another identity is in force by now.
 */
export type ResetProgress = "finishing" | "finished" | "unfinished" | "unknown" | "superseded" | "signed-out";
