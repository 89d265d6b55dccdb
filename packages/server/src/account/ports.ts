import type { AccountId, SessionId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { BrowserProof, ProofFor } from "../proofs/index.ts";

/** What the approval page tells of the session that asks. */
export interface SessionFacts {
	/** The session, ended or not. One statement. */
	find(sessionId: SessionId): Promise<AskingSession | undefined>;
}

/** Names and addresses of the client and the device are what the app says of itself. */
export interface AskingSession {
	readonly deviceId: DeviceId | null;
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
	 * Repeatable. Throws `HomeserverUnavailable` without an answer: it may be called so all the same. `signed-out`: the
	 * browser was, meanwhile, and nothing is done.
	 */
	renameDevice(device: {
		readonly by: BrowserProof;
		readonly localpart: string;
		readonly deviceId: DeviceId;
		readonly displayName: string;
	}): Promise<
		| { readonly ok: true }
		| { readonly ok: false; readonly reason: "no-such-device" | "signed-out" }
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

/**
 * What the homeserver shows of a person, asked outside any transaction. Throws `HomeserverUnavailable` without an answer;
 * nothing is lost by trying again.
 */
export interface HomeserverView {
	/** What the person's devices are called there, by device id; undefined for one without a name. Written by apps. */
	deviceNames(accountId: AccountId): Promise<ReadonlyMap<string, string | undefined>>;
	/** What the homeserver's own keys show: the truth behind the approval page. */
	identityOf(accountId: AccountId): Promise<IdentityTruth>;
	/** How many message keys are in this version of the key backup, whoever it is gone to. */
	keysIn(accountId: AccountId, version: number): Promise<number>;
}

export interface IdentityTruth {
	/** Public master key stored now. */
	readonly masterKey?: string;
	/** Devices that are signed by the self-signing key stored now. */
	readonly signedDevices: readonly string[];
	/** Whether the stored self-signing key is signed by the stored master key. */
	readonly selfSigningValid: boolean;
	readonly backup: BackupTruth;
}

/**
 * What became of the server-side backup of message keys: apps remove it before they ask to replace the identity.
 * `never`: there was none. `gone`: there is none, and there may have been one; `removedAt` where the homeserver knows
 * when the last one was removed.
 */
export type BackupTruth =
	| { readonly state: "there"; readonly keys: number }
	| { readonly state: "never" }
	/** An app has taken it away, and it comes back unless the reset happens. */
	| { readonly state: "held"; readonly keys: number }
	| { readonly state: "gone"; readonly removedAt?: number };

/** Whether who fills in a form is a person, in the opinion of a service elsewhere. */
export interface Captcha {
	/** What the page loads, and shows in its form. */
	readonly widget: CaptchaWidget;
	/** Where the form brings what the person's browser was answered there. */
	readonly field: string;
	/**
	 * Asks whether that is good, once: the same is never good again. `captcha-away`: nobody answered in time, or the keys
	 * that are set are not taken; nothing is used up by it here. `throttled`: too many were asked about for this address.
	 */
	check(answer: string, address: string): Promise<{ readonly ok: true } | CaptchaRefusal>;
}

export type CaptchaRefusal =
	| { readonly ok: false; readonly reason: "captcha-missing" | "captcha-refused" | "captcha-away" }
	| { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number };

export interface CaptchaWidget {
	readonly script: string;
	/** From where that loads what it needs: the page may reach these, and no other does. */
	readonly hosts: readonly string[];
	/** The class that the script looks for. */
	readonly element: string;
	readonly siteKey: string;
}

/** What people are called at the homeserver. Throws `HomeserverUnavailable` without an answer. */
export interface PersonNaming {
	/**
	 * Names the person for others, or with undefined takes the name away. Refuses what its own API would. Repeatable.
	 * `signed-out`: the browser was, meanwhile, and nothing is done.
	 */
	setDisplayName(user: {
		readonly by: BrowserProof;
		readonly displayName: string | undefined;
	}): Promise<
		| { readonly ok: true }
		| { readonly ok: false; readonly reason: "signed-out" }
		| { readonly ok: false; readonly reason: "too-long"; readonly atMost: number }
	>;
}
