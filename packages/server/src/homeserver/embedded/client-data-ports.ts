/**
 * What a person's apps keep at the homeserver for each other, inside the caller's transaction. Every `position` is one
 * of the account it concerns (see `Stream`): sync hands out what lies between two of them.
 */

import type { AccountId, Holds, TakenVersions } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { KeptReads } from "../../kept/ports.ts";

/** Account data by type; the content is an object, sent back as it came. */
export interface AccountData {
	/** Stores the content, replacing an earlier one of the type. One statement. */
	put(entry: AccountDataEntry, position: number): Promise<void>;
	get(accountId: AccountId, type: string): Promise<JsonObject | undefined>;
	/** What is kept under other types. One statement. */
	kept(
		accountId: AccountId,
		besides: { readonly type: string },
	): Promise<{ readonly types: number; readonly bytes: number }>;
	/** Entries last written after `after` and not after `upTo`, in the order they were written. */
	between(accountId: AccountId, range: StreamRange): Promise<readonly AccountDataEntry[]>;
}

interface AccountDataEntry {
	readonly accountId: AccountId;
	readonly type: string;
	readonly content: JsonObject;
}

export type JsonObject = Readonly<Record<string, unknown>>;

interface StreamRange {
	readonly after: number;
	readonly upTo: number;
}

export interface DeviceAddress {
	readonly accountId: AccountId;
	readonly deviceId: DeviceId;
}

/** Messages from device to device, each kept until its receiver has shown that it has them. */
export interface ToDevice {
	/** Notes that the device sent under this name; false if it did before. One statement: of many, one hears true. */
	claimSend(from: DeviceAddress, send: ToDeviceSend, now: number): Promise<boolean>;
	/** How many sends of the device are remembered. */
	countSends(from: DeviceAddress): Promise<number>;
	/** Forgets the names of sends made before `before`. */
	forgetSends(from: DeviceAddress, before: number): Promise<void>;
	/** Queues one message for each receiver. At most one per device and position. */
	queue(messages: readonly ToDeviceMessage[], position: number): Promise<void>;
	/** What waits for the device, of each sender. One statement. */
	loads(to: DeviceAddress): Promise<readonly SenderLoad[]>;
	/** Takes the largest message of this sender out of the queue; of several, the newest. One statement. */
	dropLargest(to: DeviceAddress, sender: string): Promise<void>;
	/** The oldest `limit` messages within the range. */
	waiting(to: DeviceAddress, range: StreamRange, limit: number): Promise<readonly WaitingMessage[]>;
	/** Whether anything up to this position is still kept for the device. */
	hasUpTo(to: DeviceAddress, position: number): Promise<boolean>;
	/** Deletes what the device has confirmed. */
	removeUpTo(to: DeviceAddress, position: number): Promise<void>;
}

export interface QueueLoad {
	readonly messages: number;
	/** Of their contents. */
	readonly bytes: number;
}

export interface SenderLoad extends QueueLoad {
	/** User id. */
	readonly sender: string;
}

interface ToDeviceSend {
	readonly type: string;
	readonly transactionId: string;
}

interface ToDeviceMessage {
	readonly to: DeviceAddress;
	/** User id of the sender. */
	readonly sender: string;
	readonly type: string;
	readonly content: JsonObject;
}

interface WaitingMessage extends Omit<ToDeviceMessage, "to"> {
	readonly position: number;
}

/** Server-side key backups. Versions count up from 1 for each account and are never given out again. */
export interface KeyBackups {
	/** Starts a version and returns its number. */
	create(accountId: AccountId, backup: NewKeyBackup, now: number): Promise<number>;
	/** How many versions are not deleted. */
	count(accountId: AccountId): Promise<number>;
	/** The newest version that stands, of those above that number where one is given. */
	current(accountId: AccountId, range?: { readonly above: number }): Promise<KeyBackup | undefined>;
	/** The version, unless deleted or never made. */
	find(accountId: AccountId, version: number): Promise<KeyBackup | undefined>;
	/** Replaces `auth_data` of a version that is not deleted; false if there is none. One statement. */
	setAuthData(accountId: AccountId, version: number, authData: JsonObject): Promise<boolean>;
	/** Whether there ever was a version of this number. */
	wasMade(accountId: AccountId, version: number): Promise<boolean>;
	/** When a version was deleted last; undefined where none was. One statement. */
	lastRemovedAt(accountId: AccountId): Promise<number | undefined>;
}

export interface NewKeyBackup {
	readonly algorithm: string;
	readonly authData: JsonObject;
}

export interface KeyBackup extends NewKeyBackup {
	readonly version: number;
}

/** The keys in a backup. */
export interface BackedUpKeys {
	/**
	 * Stores the key unless the one already there is as good or better; true if it was stored. One statement.
	 * Better: verified before unverified, then the lower first message index, then the lower forwarded count.
	 */
	keep(backup: BackupAddress, key: BackedUpKey): Promise<boolean>;
	list(backup: BackupAddress, selection: KeySelection): Promise<readonly BackedUpKey[]>;
	/** Deletes and returns how many there were. */
	remove(backup: BackupAddress, selection: KeySelection): Promise<number>;
	/** Gives the backup another etag, because its keys have changed. */
	markChanged(backup: BackupAddress): Promise<void>;
	contents(backup: BackupAddress): Promise<BackupContents>;
	/** How many keys there are in all versions of the account. */
	countAll(accountId: AccountId): Promise<number>;
}

export interface BackupAddress {
	readonly accountId: AccountId;
	readonly version: number;
}

/** Every key, those of one room, or one key. */
export interface KeySelection {
	readonly roomId?: string;
	readonly sessionId?: string;
}

export interface BackedUpKey {
	readonly roomId: string;
	readonly sessionId: string;
	readonly firstMessageIndex: number;
	readonly forwardedCount: number;
	readonly isVerified: boolean;
	readonly sessionData: JsonObject;
}

interface BackupContents {
	readonly count: number;
	/** Differs from every earlier value of this version when its keys have changed. */
	readonly etag: string;
}

/** What apps took away on the way to a reset, as far as it is our own data: see core's `Holds`. */
export interface HeldData {
	/** What is gone to this device, though not to others: versions of the key backup, and a dehydrated device. One statement. */
	hiddenFrom(
		device: Omit<DeviceAddress, "deviceId"> & { readonly deviceId: DeviceId | null },
	): Promise<Hidden>;
	/** All accounts with an open hold: those in which somebody is about to replace their identity. */
	openAccounts(): Promise<readonly AccountId[]>;
	/** The dehydrated device that an open hold of the account hides has been replaced: there is nothing left to hide. */
	releaseDehydrated(accountId: AccountId): Promise<void>;
	/** Forgets a batch of holds that ended before. */
	forgetEnded(before: number): Promise<number>;
}

interface Hidden extends TakenVersions {
	readonly dehydratedDevice?: DeviceId;
}

/** Filters that apps keep under an id. */
export interface Filters {
	/** How many filters the account keeps. */
	count(accountId: AccountId): Promise<number>;
	/** Storing the same filter again changes nothing. */
	put(accountId: AccountId, id: string, content: JsonObject): Promise<void>;
	get(accountId: AccountId, id: string): Promise<JsonObject | undefined>;
}

/** What others may see of a person. */
export interface Profiles {
	/** The profile of an account that is open. */
	ofLocalpart(localpart: string): Promise<Profile | undefined>;
	/** Sets the display name, or takes it away. One that comes after the account was closed changes nothing. */
	setDisplayName(accountId: AccountId, displayName: string | undefined): Promise<void>;
	/** Sets the avatar, an `mxc:` address, or takes it away, as long as the account is open. */
	setAvatar(accountId: AccountId, avatarUrl: string | undefined): Promise<void>;
}

export interface Profile {
	readonly accountId: AccountId;
	readonly displayName?: string;
	readonly avatarUrl?: string;
}

/** The repositories behind account data, messages, backups, filters and profiles. */
export interface ClientDataUnit {
	readonly accountData: AccountData;
	readonly toDevice: ToDevice;
	readonly backups: KeyBackups;
	readonly backedUpKeys: BackedUpKeys;
	readonly filters: Filters;
	readonly profiles: Profiles;
	readonly holds: Holds & HeldData & Pick<KeptReads, "isReadable">;
}
