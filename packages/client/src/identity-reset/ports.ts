import type { SecretsBundle } from "./identity.ts";

/** Sends one request of the app's crypto to the homeserver: a POST below `/_matrix/client/v3/`; the answer's body. */
export type PostKeys = (path: "keys/query" | "keys/signatures/upload", body: string) => Promise<string>;

/** Where keys of messages are kept, and what reads them. */
export interface BackupAccess {
	readonly version: string;
	/** Curve25519, unpadded base64. */
	readonly publicKey: string;
	readonly secret: string;
}

/** A key of messages in the form in which apps export them. @see Matrix specification v1.17, "Key export format" */
export interface RoomKey extends Readonly<Record<string, unknown>> {
	readonly room_id: string;
	readonly session_id: string;
}

/**
 * The app's own crypto, cut to what a reset changes in it. Nothing here is called before the homeserver shows the
 * new identity. Each method may be called again after a crash, and then must lead to the same.
 */
export interface IdentityCrypto {
	/** The published master key, unpadded base64, if this app holds all three secrets of it and trusts it. */
	heldMasterKey(): Promise<string | undefined>;
	/** Learns what is published now, then takes these secrets over as the person's own. */
	importIdentity(secrets: SecretsBundle, post: PostKeys): Promise<void>;
	/** Signs this device with the identity it holds, and publishes the signature. */
	signDevice(post: PostKeys): Promise<void>;
	/** The version of the backup that keys of messages go to, if any. */
	backupVersion(): Promise<string | undefined>;
	/** Sends keys of messages to this backup from now on, those of old messages too. */
	useBackup(backup: BackupAccess): Promise<void>;
	/** Takes keys of messages over; this version of the backup holds them already. */
	importRoomKeys(keys: readonly RoomKey[], version: string): Promise<void>;
	/**
	 * Takes over what waits in the person's dehydrated device, where this app knows its key, and puts one of the new
	 * identity in its place. What it does not replace is deleted. Without this method all are. @see MSC3814
	 */
	renewDehydratedDevice?(renewal: DehydratedRenewal): Promise<void>;
}

/** What a dehydrated device is renewed with. */
export interface DehydratedRenewal {
	/** The new key of secret storage, which is the default one already. */
	readonly keyId: string;
	/** Puts the device's new key, base64, into secret storage. Before the device is made: without it nobody opens it. */
	readonly keep: (key: string) => Promise<void>;
	/** One request about it; `below` is what stands behind `/dehydrated_device`. The answer's body. */
	readonly request: (call: {
		readonly method: "GET" | "PUT";
		readonly below?: string;
		readonly body?: string;
	}) => Promise<Readonly<Record<string, unknown>>>;
}

/**
 * Keeps a reset that is under way: the new secrets, so keep it as safe as the app's crypto store. One record; a
 * `put` has to be on the medium before it resolves.
 */
export interface PendingStore {
	get(): Promise<string | undefined>;
	put(record: string): Promise<void>;
	delete(): Promise<void>;
	/**
	 * Runs `work` while nobody else does with this record, in this program or another.
	 * `"taken"` at once, without running it, when somebody does.
	 */
	exclusively<T>(work: () => Promise<T>): Promise<T | "taken">;
}
