import type { Transactions } from "@countersign/core";

/** Something Synapse has to be told because of a change that is committed here. Every kind may be told twice. */
export type HomeserverTaskKind =
	| "add-user"
	| "set-display-name"
	| "set-locked"
	| "delete-device"
	| "delete-user"
	| "reactivate-user";

interface NewHomeserverTask {
	readonly accountId: string;
	readonly kind: HomeserverTaskKind;
	/**
	 * The device id of `delete-device`; the name of `set-display-name`, empty for none; `yes` or `no` for `set-locked`
	 * and, whether to erase, for `delete-user`; else empty.
	 */
	readonly detail: string;
	readonly now: number;
}

export interface HomeserverTask {
	readonly accountId: string;
	readonly localpart: string;
	/** Shown to Synapse when it has to make the person. */
	readonly displayName: string | null;
	readonly position: number;
	readonly kind: HomeserverTaskKind;
	readonly detail: string;
	readonly createdAt: number;
	/** How often it was tried before. */
	readonly attempts: number;
	/** The attempt before this one has no known end, and may yet arrive at Synapse. */
	readonly mayBeUnderWay: boolean;
	/** The name under which this attempt has it. */
	readonly lease: string;
}

/** How an attempt at a task ended. */
export type TaskOutcome =
	| { readonly state: "done" }
	/** Done, but told once more after that time: an earlier attempt may arrive late. */
	| { readonly state: "settling"; readonly nextAt: number }
	| { readonly state: "failed"; readonly failure: string; readonly nextAt: number }
	| { readonly state: "refused"; readonly failure: string; readonly at: number };

/** What Synapse still has to be told, in storage: in order for each account, of several servers one at each. */
export interface HomeserverTasks {
	/**
	 * Adds a task behind those of the account. A display name or a lock takes the place of one that waits untouched,
	 * and a device is not deleted twice in a row.
	 */
	add(task: NewHomeserverTask): Promise<void>;
	/** Accounts whose first task may be tried now, longest due first. */
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
	/** Whether a task waits that has to be told before this device can be made, to last. */
	standsAgainst(device: { readonly accountId: string; readonly deviceId: string }): Promise<boolean>;
	overview(): Promise<TaskOverview>;
}

/** How far Synapse is behind. */
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
	 * Notes, before Synapse is asked, that the device is made there; one noted before stays. Returns what its making is
	 * called while it is not known to exist, else undefined. A name takes the place of an earlier one, as at Synapse.
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
