import type { DeviceId } from "@countersign/protocol";
import type { AccountId } from "./identifiers.ts";

/**
 * The homeserver as the authorization server sees it, outside any transaction. A homeserver that cannot be reached
 * throws `HomeserverUnavailable`; nothing is lost by trying again.
 */
export interface Homeserver {
	/**
	 * Whether somebody new may have this name there. Our own accounts are the caller's question: this one knows who was
	 * there before us, and which names the homeserver keeps for itself.
	 */
	isLocalpartAvailable(
		localpart: string,
	): Promise<
		{ readonly ok: true } | { readonly ok: false; readonly reason: "taken" | "invalid" | "exclusive" }
	>;
	/** Who has this name there, closed accounts included. */
	findUser(localpart: string): Promise<HomeserverUser | undefined>;
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
	/** Names the person for others, or with undefined takes the name away. Refuses what its own API would. Repeatable. */
	setDisplayName(user: {
		readonly accountId: AccountId;
		readonly localpart: string;
		readonly displayName: string | undefined;
	}): Promise<
		{ readonly ok: true } | { readonly ok: false; readonly reason: "too-long"; readonly atMost: number }
	>;
	/** What the person's devices are called there, by device id; undefined for one without a name. Written by apps. */
	deviceNames(accountId: AccountId): Promise<ReadonlyMap<string, string | undefined>>;
	/** What the homeserver's own keys show: the truth behind the approval page. */
	identityOf(accountId: AccountId): Promise<IdentityTruth>;
}

export interface HomeserverUser {
	readonly displayName?: string;
	readonly deactivated: boolean;
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
	| { readonly state: "there" | "never" }
	/** An app has taken it away, and it comes back unless the reset happens. */
	| { readonly state: "held"; readonly keys: number }
	| { readonly state: "gone"; readonly removedAt?: number };

/**
 * What has to happen at the homeserver because of something in the caller's transaction: with it or not at all. Where
 * the homeserver is another program it happens after the commit, for each person in the order of the causes, and is
 * tried until it is done.
 */
export interface HomeserverEffects {
	/**
	 * Makes a person known who has just got an account. With `isKnown` the homeserver has them already: the devices they
	 * had there are removed, since nobody is signed in on them here, and nobody could sign them out.
	 */
	addUser(accountId: AccountId, now: number, isKnown?: boolean): Promise<void>;
	/** Tells whether the account is locked. That its tokens are worth nothing meanwhile is the authorization server's part. */
	setLocked(accountId: AccountId, locked: boolean, now: number): Promise<void>;
	/**
	 * Whether the device that was made before this transaction is still there. Its earlier session may have ended since,
	 * and have taken it along.
	 */
	hasDevice(accountId: AccountId, deviceId: DeviceId): Promise<boolean>;
	/** Removes a device with its keys and waiting messages. A device that does not exist is no error. */
	removeDevice(accountId: AccountId, deviceId: DeviceId, now: number): Promise<void>;
	/** Removes everything a closed account kept; with `erase` its profile too. */
	removeUser(accountId: AccountId, erase: boolean, now: number): Promise<void>;
	/** Opens a closed account again. What was removed with it does not come back. */
	restoreUser(accountId: AccountId, now: number): Promise<void>;
}

/** The homeserver did not answer, or not sensibly. Try again later. */
export class HomeserverUnavailable extends Error {
	override readonly name = "HomeserverUnavailable";
}
