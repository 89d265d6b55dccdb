import type { AccountId, SessionId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";

/** What a person's apps keep at the embedded homeserver for each other. Positions are of the account; JSON is text. */
export interface ClientDataTables {
	account_data: AccountDataTable;
	to_device_messages: ToDeviceMessagesTable;
	to_device_sends: ToDeviceSendsTable;
	key_backups: KeyBackupsTable;
	backed_up_keys: BackedUpKeysTable;
	filters: FiltersTable;
	holds: HoldsTable;
	held_account_data: HeldAccountDataTable;
}

/** What apps took away on the way to a reset. One row at most of an account is `held` or `asked`. */
export interface HoldsTable {
	reference: string;
	account_id: AccountId;
	state: HoldState;
	floor: number;
	/** JSON: a list of versions above the floor. Null where there is none. */
	alone: string | null;
	/** JSON: a list of device ids. */
	devices: string;
	dehydrated_device: DeviceId | null;
	opened_at: number;
	last_at: number;
	kept_until: number | null;
	ended_at: number | null;
	/** 1 where a reset happened that its person had approved. */
	replaced: number;
	/** JSON: a list of types of account data. Null in rows that are older than the column. */
	switched_off: string | null;
	/** Beside Synapse: up to this version it was told already to delete. */
	dropped_to: number;
	/** The session that may read what is kept, until then. */
	reader: SessionId | null;
	readable_until: number | null;
}

/** Core's, and two where the data are at another homeserver, which is still to be told. */
export type HoldState = "held" | "asked" | "kept" | "back" | "aside" | "gone" | "returning" | "dropping";

/** What the devices of a hold overwrote first, and with what last. */
interface HeldAccountDataTable {
	reference: string;
	type: string;
	/** Null where it was too much to set aside. */
	before: string | null;
	written: string;
}

interface AccountDataTable {
	account_id: AccountId;
	type: string;
	content: string;
	position: number;
}

interface ToDeviceMessagesTable {
	account_id: AccountId;
	device_id: DeviceId;
	position: number;
	sender: string;
	type: string;
	content: string;
}

/** Sends already done, so that a repeated one does nothing. */
interface ToDeviceSendsTable {
	account_id: AccountId;
	device_id: DeviceId;
	type: string;
	transaction_id: string;
	sent_at: number;
}

/** A deleted version keeps its row and number; its keys and `auth_data` are gone, or kept for a while. */
export interface KeyBackupsTable {
	account_id: AccountId;
	version: number;
	algorithm: string;
	auth_data: string;
	etag: number;
	created_at: number;
	deleted_at: number | null;
	/** Of a deleted version that is still kept: when what is in it is dropped. */
	kept_until: number | null;
}

export interface BackedUpKeysTable {
	account_id: AccountId;
	version: number;
	room_id: string;
	session_id: string;
	first_message_index: number;
	forwarded_count: number;
	is_verified: number;
	session_data: string;
}

interface FiltersTable {
	account_id: AccountId;
	id: string;
	content: string;
}
