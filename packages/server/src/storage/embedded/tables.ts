import type { AccountId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { ClientDataTables } from "./tables-client-data.ts";

/** The tables of the embedded identity homeserver: what belongs to a person is keyed by the account, not by the user id. */
export interface EmbeddedTables extends ClientDataTables {
	stream_start: StreamStartTable;
	stream_positions: StreamPositionsTable;
	key_changes: KeyChangesTable;
	devices: DevicesTable;
	dehydrated_devices: DehydratedDevicesTable;
	device_keys: DeviceKeysTable;
	one_time_keys: OneTimeKeysTable;
	claimed_keys: ClaimedKeysTable;
	fallback_keys: FallbackKeysTable;
	cross_signing_keys: CrossSigningKeysTable;
	cross_signing_key_names: CrossSigningKeyNamesTable;
	key_signatures: KeySignaturesTable;
	rendezvous: RendezvousTable;
}

/** Where two devices meet; of nobody who is known. */
interface RendezvousTable {
	/** SHA-256 of what those who meet there know. */
	id_hash: string;
	/** Base64. */
	payload: string;
	token: string;
	modified_at: number;
	expires_at: number;
}

/** One row, which never changes: the position of accounts that have none of their own yet. */
interface StreamStartTable {
	name: string;
	position: number;
}

/** Of an account: the position that its latest change took. */
interface StreamPositionsTable {
	account_id: AccountId;
	position: number;
}

/** The latest position at which an account's devices or identity changed. */
interface KeyChangesTable {
	account_id: AccountId;
	position: number;
}

export interface DevicesTable {
	account_id: AccountId;
	device_id: DeviceId;
	display_name: string | null;
	created_at: number;
	/** Beside Synapse, until the device is known to exist there: what this making of it is called. */
	making: string | null;
}

/** One of the devices of each person, at most. */
interface DehydratedDevicesTable {
	account_id: AccountId;
	device_id: DeviceId;
	/** JSON: the device as its app encrypted it. */
	data: string;
}

interface DeviceKeysTable {
	account_id: AccountId;
	device_id: DeviceId;
	/** The object as uploaded, with no signature but the device's own. */
	object: string;
	/** Its canonical text without `signatures` and `unsigned`. */
	signed: string;
}

interface OneTimeKeysTable {
	account_id: AccountId;
	device_id: DeviceId;
	algorithm: string;
	key_id: string;
	/** JSON: a string or a signed object. */
	key: string;
	/** Position of the upload that brought it. */
	position: number;
	/** Its place within that upload. */
	place: number;
}

/** One-time keys that were handed out: none is twice. */
interface ClaimedKeysTable {
	account_id: AccountId;
	device_id: DeviceId;
	algorithm: string;
	key_id: string;
	/** SHA-256 of the key: the app may give its name to another one. */
	key_hash: string;
	/** Position of the upload that brought it. */
	position: number;
}

interface FallbackKeysTable {
	account_id: AccountId;
	device_id: DeviceId;
	algorithm: string;
	key_id: string;
	key: string;
	used: number;
}

/** The keys in force, one of each slot. */
interface CrossSigningKeysTable {
	account_id: AccountId;
	slot: string;
	public_key: string;
	object: string;
	signed: string;
	stored_at: number;
}

/** Every public key that is or was one of the person's, kept for ever: none may return, nor name a device. */
interface CrossSigningKeyNamesTable {
	account_id: AccountId;
	public_key: string;
	stored_at: number;
}

/** Verified signatures that were added to a stored key later. */
interface KeySignaturesTable {
	signer_account_id: AccountId;
	/** With its algorithm: `ed25519:<device id or public key>`. */
	signer_key_id: string;
	target_account_id: AccountId;
	/** Device id, or public key of the master key. */
	target_key: string;
	signature: string;
}
