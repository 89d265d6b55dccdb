import type { AccountId, IdentityKeys } from "@countersign/core";
import type { DeviceId, KeySlot } from "@countersign/protocol";
import type { DeviceEffects } from "../../sessions/ports.ts";
import type { JsonObject } from "./client-data-ports.ts";

export type * from "./client-data-ports.ts";
export type * from "./rendezvous/ports.ts";

/** The order of the changes that concern one account. */
export interface Stream {
	/**
	 * Takes the account's next position, for a change that concerns it; an account's positions commit in their order, and
	 * those of others do not wait for each other. Once the change is committed, whoever waits for news of the account is
	 * woken. A unit that changes several accounts takes their positions in the order of their ids: then none waits for
	 * another that waits for it.
	 */
	next(accountId: AccountId): Promise<number>;
	/** The account's latest position. All that happened to it up to there can be read. */
	position(accountId: AccountId): Promise<number>;
}

/** Whose devices or identity changed, and when last. */
export interface KeyChanges {
	/** Notes a change at a new position. */
	record(accountId: AccountId): Promise<void>;
	/** Whether the latest change came after this position. */
	changedSince(accountId: AccountId, position: number): Promise<boolean>;
}

export interface Device {
	readonly accountId: AccountId;
	readonly deviceId: DeviceId;
	readonly displayName?: string;
	readonly createdAt: number;
}

export interface Devices {
	/** Makes the device exist; one that exists stays as it is, its name too. */
	add(device: Device): Promise<void>;
	find(accountId: AccountId, deviceId: DeviceId): Promise<Device | undefined>;
	/** Oldest first. */
	list(accountId: AccountId): Promise<readonly Device[]>;
	/** False if there is no such device. */
	rename(accountId: AccountId, deviceId: DeviceId, displayName: string): Promise<boolean>;
}

/** A device that no app runs, and what an app needs to read its messages. */
interface DehydratedDevice {
	readonly accountId: AccountId;
	readonly deviceId: DeviceId;
	readonly data: JsonObject;
}

/** At most one for each person. Removing the device removes it. */
export interface DehydratedDevices {
	find(accountId: AccountId): Promise<DehydratedDevice | undefined>;
	/** Makes this device, which exists, the person's dehydrated one, in the place of an earlier one. */
	put(device: DehydratedDevice): Promise<void>;
}

export interface StoredDeviceKeys {
	readonly deviceId: DeviceId;
	readonly displayName?: string;
	/** JSON of the object as uploaded, with no signature but the device's own. */
	readonly object: string;
	/** Canonical text of what is signed. */
	readonly signed: string;
}

export interface DeviceKeysRepository {
	find(accountId: AccountId, deviceId: DeviceId): Promise<StoredDeviceKeys | undefined>;
	list(accountId: AccountId): Promise<readonly StoredDeviceKeys[]>;
	/** Stores the device's keys. Whatever belonged to other keys of it (one-time keys, signatures) goes. */
	replace(
		accountId: AccountId,
		keys: { readonly deviceId: DeviceId; readonly object: string; readonly signed: string },
	): Promise<void>;
}

/** A key to be used in one conversation: its id is `<algorithm>:<keyId>`, its value canonical JSON. */
export interface CountedKey {
	readonly algorithm: string;
	readonly keyId: string;
	readonly key: string;
}

export interface OneTimeKeys {
	/** All that are left, in no order. */
	find(accountId: AccountId, deviceId: DeviceId): Promise<readonly CountedKey[]>;
	/**
	 * Adds keys in this order, behind all that were uploaded before. An id that exists keeps its key. One of the last
	 * thousand keys that were handed out does not come back, but its id may be given to another key.
	 */
	add(accountId: AccountId, deviceId: DeviceId, keys: readonly CountedKey[]): Promise<void>;
	/** Hands out the oldest key, deleting it: no two callers get the same one. */
	claim(accountId: AccountId, deviceId: DeviceId, algorithm: string): Promise<CountedKey | undefined>;
	/** How many are left, by algorithm. */
	counts(accountId: AccountId, deviceId: DeviceId): Promise<Readonly<Record<string, number>>>;
}

export interface FallbackKeys {
	/** Puts a key in the place of the algorithm's earlier one, unused; the same key again stays as used as it was. */
	replace(accountId: AccountId, deviceId: DeviceId, key: CountedKey): Promise<void>;
	/** Hands out the key and marks it used. It can be handed out again. */
	claim(accountId: AccountId, deviceId: DeviceId, algorithm: string): Promise<CountedKey | undefined>;
	/** Those that have a key, used or not. */
	algorithms(accountId: AccountId, deviceId: DeviceId): Promise<readonly string[]>;
	unusedAlgorithms(accountId: AccountId, deviceId: DeviceId): Promise<readonly string[]>;
}

/** A verified signature that one stored key made over another. */
export interface KeySignature {
	readonly signerAccountId: AccountId;
	/** With its algorithm: `ed25519:<device id or public key>`. */
	readonly signerKeyId: string;
	readonly targetAccountId: AccountId;
	/** Device id, or public key of a master key. */
	readonly targetKey: string;
	readonly signature: string;
}

export interface KeySignatures {
	/** Adds the signature, in the place of one by the same key over the same key. False if it was there already. */
	add(signature: KeySignature): Promise<boolean>;
	/** All over keys of this person. */
	on(targetAccountId: AccountId): Promise<readonly KeySignature[]>;
}

export interface CrossSigningObject {
	readonly publicKey: string;
	/** JSON of the object as uploaded, signatures included. */
	readonly object: string;
	readonly signed: string;
}

export interface CrossSigningKeys extends IdentityKeys {
	/** Whether the person has or had a cross-signing key of this name. */
	isKnownKey(accountId: AccountId, name: string): Promise<boolean>;
	/** The keys in force. */
	objects(accountId: AccountId): Promise<Readonly<Partial<Record<KeySlot, CrossSigningObject>>>>;
}

/** The repositories behind devices, keys and signatures. */
export interface KeysUnit {
	readonly stream: Stream;
	readonly keyChanges: KeyChanges;
	readonly devices: Devices;
	readonly dehydratedDevices: DehydratedDevices;
	readonly deviceKeys: DeviceKeysRepository;
	readonly oneTimeKeys: OneTimeKeys;
	readonly fallbackKeys: FallbackKeys;
	readonly keys: CrossSigningKeys;
	readonly keySignatures: KeySignatures;
	readonly homeserver: DeviceEffects;
}

/** To read; an endpoint writes by its call. */
export interface KeysStorage {
	readonly read: KeysUnit;
}

/** When a device was last used, and from where. */
export interface DeviceUse {
	readonly deviceId: DeviceId;
	readonly lastUsedAt: number;
	readonly lastAddress?: string;
}
