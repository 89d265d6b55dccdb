import type {
	AccountId,
	Holds,
	OpenHold,
	SignedInBrowsers,
	TakenVersions,
	Transactions,
} from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { Task, TaskLine } from "../../tasks/ports.ts";

/** Something Synapse has to be told because of a change that is committed here. All of it may be told twice. */
export type Telling =
	| { readonly kind: "add-user" }
	/** Undefined takes the name away. */
	| { readonly kind: "set-display-name"; readonly displayName: string | undefined }
	| { readonly kind: "set-locked"; readonly locked: boolean }
	| { readonly kind: "delete-device"; readonly deviceId: DeviceId }
	/** Those it had before the person came here. */
	| { readonly kind: "delete-all-devices" }
	| { readonly kind: "delete-user"; readonly erase: boolean }
	| { readonly kind: "reactivate-user" };

interface NewHomeserverTask {
	readonly accountId: AccountId;
	readonly telling: Telling;
	readonly now: number;
}

export interface HomeserverTask extends Task {
	readonly localpart: string;
	/** Shown to Synapse when it has to make the person. */
	readonly displayName: string | null;
	/** Undefined: the row cannot be read, and nobody knows what it was. */
	readonly telling: Telling | undefined;
}

/** What Synapse still has to be told, in storage. */
export interface HomeserverTasks extends TaskLine<HomeserverTask> {
	/**
	 * Adds a task behind those of the account. A display name or a lock takes the place of one that waits untouched,
	 * and the removal of a device that of one that waits untouched or rests.
	 */
	add(task: NewHomeserverTask): Promise<void>;
	/** Whether a task waits that has to be told before this device can be made, to last. None that rests does. */
	standsAgainst(device: { readonly accountId: AccountId; readonly deviceId: DeviceId }): Promise<boolean>;
}

/** Devices that were made at Synapse, or are being made there. */
export interface HomeserverDevices {
	/**
	 * Notes, before Synapse is asked, that the device is made there; one noted before stays. Removals of it that rest are
	 * dropped: they are not meant for this one. Returns what its making is called while it is not known to exist, else
	 * undefined. A name takes the place of an earlier one, as at Synapse.
	 */
	begin(device: {
		readonly accountId: AccountId;
		readonly deviceId: DeviceId;
		readonly displayName?: string | undefined;
		readonly making: string;
		readonly now: number;
	}): Promise<string | undefined>;
	/** Whether the person may have this device: it is one of theirs already, or they have fewer than `atMost`. */
	hasRoom(device: {
		readonly accountId: AccountId;
		readonly deviceId: DeviceId;
		readonly atMost: number;
	}): Promise<boolean>;
	/** Notes that the device of this making exists. Nothing, when it was removed meanwhile, even if it is made anew. */
	finish(device: {
		readonly accountId: AccountId;
		readonly deviceId: DeviceId;
		readonly making: string;
	}): Promise<void>;
	/** Takes the note back: Synapse will not make the device. */
	forget(device: {
		readonly accountId: AccountId;
		readonly deviceId: DeviceId;
		readonly making: string;
	}): Promise<void>;
}

/** What Synapse still has to be told about data that apps took away on the way to a reset. */
export type HeldWork = Pick<OpenHold, "reference" | "accountId" | "devices"> &
	/** `tookNone`: no version of the key backup was taken away. */
	(
		| { readonly todo: "put-back"; readonly tookNone?: true }
		/**
		 * To delete these versions of the key backup, from the one on to the other, both included, and those that were taken
		 * alone; but not those that another hold keeps.
		 */
		| {
				readonly todo: "drop";
				readonly from: number;
				readonly to: number;
				readonly alone: readonly number[];
				readonly but: readonly number[];
		  }
		/** To delete the dehydrated device, which belongs to an identity that is over. */
		| { readonly todo: "remove-dehydrated"; readonly deviceId: DeviceId }
	);

/** Account data of one type, as it was before an attempt, and as that left it. */
export interface HeldAccountData {
	readonly type: string;
	/** Undefined where it was too much to set aside. */
	readonly before: Readonly<Record<string, unknown>> | undefined;
	readonly written: Readonly<Record<string, unknown>>;
}

/** What opens a backup: account data of one type. */
export interface HeldOpening {
	readonly type: string;
	readonly before: Readonly<Record<string, unknown>>;
}

/** What apps took away at Synapse, beside core's `Holds`. The data of a key backup stay there all the time. */
export interface HeldBeside {
	/** Accounts with an open hold, or about which something is still to be told. */
	unsettled(): Promise<readonly AccountId[]>;
	/** What is still to be told about an account. */
	work(accountId: AccountId): Promise<readonly HeldWork[]>;
	/** The default key last: whoever reads it finds what it opens there already. */
	accountData(reference: string): Promise<readonly HeldAccountData[]>;
	/** What opens the backup as it stood, written over or only copied. */
	opening(reference: string): Promise<readonly HeldOpening[]>;
	/**
	 * It is back, or as much of it as there was to put back. `aside`: what opens the backup is kept so long; `standing`: of
	 * this version, where none was taken away. False where somebody else has said so.
	 */
	finishBack(
		reference: string,
		how: {
			readonly now: number;
			readonly aside?: { readonly until: number; readonly standing?: number | undefined } | undefined;
		},
	): Promise<boolean>;
	/** Versions up to this one are deleted; with the floor, which is told last, the hold is gone. */
	noteDropped(reference: string, version: number, now: number): Promise<void>;
	noteDehydratedRemoved(reference: string): Promise<void>;
	/** Which versions are gone to everybody. */
	goneToAll(accountId: AccountId): Promise<TakenVersions>;
}

/** What the connection to Synapse needs of the storage, all of it in one transaction. */
interface SynapseUnit {
	readonly homeserverTasks: HomeserverTasks;
	readonly homeserverDevices: HomeserverDevices;
	readonly holds: Pick<Holds, "open">;
	readonly heldBeside: Pick<HeldBeside, "goneToAll">;
	readonly accounts: {
		find(by: { readonly id: AccountId }): Promise<
			| {
					readonly localpart: string;
					readonly displayName: string | null;
			  }
			| undefined
		>;
	};
	readonly profiles: { setDisplayName(accountId: AccountId, displayName: string | undefined): Promise<void> };
	readonly browserSessions: SignedInBrowsers;
}

export interface SynapseCleanUp {
	readonly homeserverTasks: {
		/** Deletes one batch of what Synapse refused for good. */
		deleteRefused(before: number): Promise<number>;
	};
}

export type SynapseStorage = Transactions<SynapseUnit>;
