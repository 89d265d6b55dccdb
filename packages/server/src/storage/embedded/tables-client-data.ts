import type { AccountId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";

/** What a person's apps keep at the embedded homeserver for each other. Positions are of `stream`; JSON is text. */
export interface ClientDataTables {
	account_data: AccountDataTable;
	to_device_messages: ToDeviceMessagesTable;
	to_device_sends: ToDeviceSendsTable;
	key_backups: KeyBackupsTable;
	backed_up_keys: BackedUpKeysTable;
	filters: FiltersTable;
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

/** A deleted version keeps its row and number; its keys and `auth_data` are gone. */
export interface KeyBackupsTable {
	account_id: AccountId;
	version: number;
	algorithm: string;
	auth_data: string;
	etag: number;
	created_at: number;
	deleted_at: number | null;
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
