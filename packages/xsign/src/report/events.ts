import type { ComparedEmoji, IdentityStatus, ResetStep, RoomKeysRestored } from "@countersign/client";

/** What a command tells while it works and at its end. `--json` prints each as a line, its `url` only where asked. */
export type Told =
	/** Somebody has to allow this device, by a code typed in any browser. */
	| {
			readonly event: "enter-code";
			readonly url: string;
			readonly urlComplete: string | undefined;
			readonly userCode: string;
			readonly expiresAt: number;
	  }
	/** Somebody has to sign in, by a browser on this very machine. */
	| { readonly event: "open-browser"; readonly url: string }
	| { readonly event: "signed-in"; readonly userId: string; readonly deviceId: string }
	| { readonly event: "signed-out"; readonly userId: string }
	/** Something is about to be done. */
	| { readonly event: "step"; readonly step: Step }
	/** Somebody has to approve the new keys on a page, which shows the same fingerprint. */
	| {
			readonly event: "approve";
			readonly url: string;
			readonly fingerprint: string | undefined;
			/** Epoch milliseconds; undefined where nobody waits. */
			readonly until: number | undefined;
			/** Whether it takes the place of a page that was shown before, which is void. */
			readonly isInPlace: boolean;
			/** Whether it is where somebody signed in; undefined where that is not known. */
			readonly isAtKnownHost: boolean | undefined;
	  }
	/** Somebody has to let this device read what is kept from before a reset, on a page. */
	| { readonly event: "let-read"; readonly url: string; readonly until: number }
	/** What the other device has to show as well; the answer is expected as a line of input. */
	| { readonly event: "emoji"; readonly emoji: readonly ComparedEmoji[] }
	| { readonly event: "status"; readonly status: StatusTold }
	/** The new recovery key itself; only ever told to a person. */
	| { readonly event: "recovery-key"; readonly recoveryKey: string }
	| { readonly event: "recovery-key-saved"; readonly file: string }
	/** It is complete. */
	| {
			readonly event: "done";
			readonly what: Done;
			readonly fingerprint?: string | undefined;
			/** For new recovery keys: whether the backup of message keys can be had with it. */
			readonly opensBackup?: boolean;
			/** Of message keys that were moved: how many of how many. */
			readonly roomKeys?: RoomKeysRestored;
	  }
	| Failed;

/** It did not come to its end. */
export interface Failed {
	readonly event: "failed";
	readonly code: string;
	readonly exit: number;
	readonly message: string;
	/** What to type, or to do, next. */
	readonly next: readonly string[];
	/** For resets: whether everything is as it was. */
	readonly safe?: boolean;
}

/** `@countersign/client`'s steps, and this program's own. */
export type Step = ResetStep | "upload-device-keys" | "restore" | "vouch" | "sign-out" | VerifyingStep;

type VerifyingStep =
	| "ask-other-devices"
	| "await-request"
	| "await-other-device"
	| "agree-on-emoji"
	| "await-same-answer"
	| "take-over";

/** What came to its end. */
export type Done =
	| "nothing-to-do"
	| "set-up"
	| "reset"
	| "abandoned"
	| "restored"
	| "verified"
	| "verified-only"
	| "vouched"
	| "recovery-key-rotated"
	| "undone"
	| "logged-out";

export interface StatusTold extends Omit<IdentityStatus, "masterKey"> {
	readonly userId: string;
	readonly deviceId: string;
	readonly homeserver: string;
	readonly fingerprint: string | undefined;
	/** The fingerprint of the keys that a reset under way would publish. */
	readonly underWay: string | undefined;
	readonly sentences: readonly string[];
}
