/**
 * The homeserver as the authorization server sees it, outside any transaction. A homeserver that cannot be reached
 * throws `HomeserverUnavailable`; nothing is lost by trying again.
 */
export interface Homeserver {
	/** Makes the person known there. Repeatable. */
	provisionUser(user: {
		readonly accountId: string;
		readonly localpart: string;
		readonly displayName?: string;
	}): Promise<void>;
	/** Makes the device exist before its tokens leave the server. Repeatable. */
	upsertDevice(device: {
		readonly accountId: string;
		readonly localpart: string;
		readonly deviceId: string;
		readonly displayName?: string;
	}): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: "device-id-in-use" }>;
	/** Names the person for others, or with undefined takes the name away. Refuses what its own API would. Repeatable. */
	setDisplayName(user: {
		readonly accountId: string;
		readonly localpart: string;
		readonly displayName: string | undefined;
	}): Promise<
		{ readonly ok: true } | { readonly ok: false; readonly reason: "too-long"; readonly atMost: number }
	>;
	/** What the homeserver's own keys show: the truth behind the approval page. */
	identityOf(accountId: string): Promise<IdentityTruth>;
}

export interface IdentityTruth {
	/** Public master key stored now. */
	readonly masterKey?: string;
	/** Devices that are signed by the self-signing key stored now. */
	readonly signedDevices: readonly string[];
	/** Whether the stored self-signing key is signed by the stored master key. */
	readonly selfSigningValid: boolean;
	/** Whether a server-side key backup exists: apps that wipe first have deleted it before asking. */
	readonly hasBackup: boolean;
}

/** What has to happen at the homeserver in the same transaction as its cause. */
export interface HomeserverEffects {
	/**
	 * Whether the device that was made before this transaction is still there. Its earlier session may have ended since,
	 * and have taken it along.
	 */
	hasDevice(accountId: string, deviceId: string): Promise<boolean>;
	/** Removes a device with its keys and waiting messages. A device that does not exist is no error. */
	removeDevice(accountId: string, deviceId: string, now: number): Promise<void>;
	/** Removes everything a closed account kept; with `erase` its profile too. */
	removeUser(accountId: string, erase: boolean, now: number): Promise<void>;
}

/** The homeserver did not answer, or not sensibly. Try again later. */
export class HomeserverUnavailable extends Error {
	override readonly name = "HomeserverUnavailable";
}
