import type { Transactions } from "@countersign/core";

/** Something Synapse has to be told because of a change that is committed here. All of it may be told twice. */
export type Telling =
	| { readonly kind: "add-user" }
	/** Undefined takes the name away. */
	| { readonly kind: "set-display-name"; readonly displayName: string | undefined }
	| { readonly kind: "set-locked"; readonly locked: boolean }
	| { readonly kind: "delete-device"; readonly deviceId: string }
	/** Those it had before the person came here. */
	| { readonly kind: "delete-all-devices" }
	| { readonly kind: "delete-user"; readonly erase: boolean }
	| { readonly kind: "reactivate-user" };

interface NewHomeserverTask {
	readonly accountId: string;
	readonly telling: Telling;
	readonly now: number;
}

export interface HomeserverTask {
	readonly accountId: string;
	readonly localpart: string;
	/** Shown to Synapse when it has to make the person. */
	readonly displayName: string | null;
	readonly position: number;
	/** Undefined: the row cannot be read, and nobody knows what it was. */
	readonly telling: Telling | undefined;
	/** When it was caused. */
	readonly createdAt: number;
	/** How often it was tried before. */
	readonly attempts: number;
	/** The attempt before this one has no known end, and may yet arrive at Synapse. */
	readonly mayBeUnderWay: boolean;
	/** Synapse was told before, and answered. */
	readonly isRepeat: boolean;
	/** The name under which this attempt has it. */
	readonly lease: string;
}

/** How an attempt at a task ended. */
export type TaskOutcome =
	| { readonly state: "done" }
	/** Done, but told once more after that time: an earlier attempt may arrive late. */
	| { readonly state: "settling"; readonly nextAt: number }
	/** Done, and told once more after that time; until then it is in nobody's way. */
	| { readonly state: "resting"; readonly toldAt: number; readonly nextAt: number }
	| { readonly state: "failed"; readonly failure: string; readonly nextAt: number }
	| { readonly state: "refused"; readonly failure: string; readonly at: number };

/** What Synapse still has to be told, in storage: in order for each account, of several servers one at each. */
export interface HomeserverTasks {
	/**
	 * Adds a task behind those of the account. A display name or a lock takes the place of one that waits untouched,
	 * and the removal of a device that of one that waits untouched or rests.
	 */
	add(task: NewHomeserverTask): Promise<void>;
	/** Accounts whose first task may be tried now, longest due first. One that rests is first when its time has come. */
	due(now: number, limit: number): Promise<readonly string[]>;
	/**
	 * Takes the account's first task, if nobody has it at `now`; of two callers one gets it. One that failed and is not
	 * due yet is taken only with `early`.
	 */
	claim(claim: {
		readonly accountId: string;
		readonly now: number;
		readonly lease: string;
		readonly until: number;
		readonly early: boolean;
	}): Promise<HomeserverTask | undefined>;
	/** Gives a claimed task up: deletes it, or says when to try again, or that it never will be. Nothing, once somebody else has it. */
	settle(task: HomeserverTask, outcome: TaskOutcome): Promise<void>;
	/** Whether a task waits that has to be told before this device can be made, to last. None that rests does. */
	standsAgainst(device: { readonly accountId: string; readonly deviceId: string }): Promise<boolean>;
	overview(): Promise<TaskOverview>;
}

/** How far Synapse is behind. What it was told, and is to be told once more, does not count. */
export interface TaskOverview {
	readonly waiting: number;
	readonly refused: number;
	/** When the oldest waiting one was caused. */
	readonly oldestAt?: number;
	/** What the latest failure of one that still waits, or was refused, said. */
	readonly lastError?: string;
}

/** Devices that were made at Synapse, or are being made there. */
export interface HomeserverDevices {
	/**
	 * Notes, before Synapse is asked, that the device is made there; one noted before stays. Removals of it that rest are
	 * dropped: they are not meant for this one. Returns what its making is called while it is not known to exist, else
	 * undefined. A name takes the place of an earlier one, as at Synapse.
	 */
	begin(device: {
		readonly accountId: string;
		readonly deviceId: string;
		readonly displayName?: string | undefined;
		readonly making: string;
		readonly now: number;
	}): Promise<string | undefined>;
	/** Notes that the device of this making exists. Nothing, when it was removed meanwhile, even if it is made anew. */
	finish(device: {
		readonly accountId: string;
		readonly deviceId: string;
		readonly making: string;
	}): Promise<void>;
	/** Takes the note back: Synapse will not make the device. */
	forget(device: {
		readonly accountId: string;
		readonly deviceId: string;
		readonly making: string;
	}): Promise<void>;
}

/** What the connection to Synapse needs of the storage, all of it in one transaction. */
interface SynapseUnit {
	readonly homeserverTasks: HomeserverTasks;
	readonly homeserverDevices: HomeserverDevices;
	readonly accounts: {
		find(by: { readonly id: string }): Promise<
			| {
					readonly localpart: string;
					readonly displayName: string | null;
					readonly deactivatedAt: number | null;
			  }
			| undefined
		>;
	};
	readonly profiles: { setDisplayName(accountId: string, displayName: string | undefined): Promise<void> };
}

export type SynapseStorage = Transactions<SynapseUnit>;
