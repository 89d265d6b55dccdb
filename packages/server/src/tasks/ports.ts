import type { AccountId } from "@countersign/core";

/** Something that is still to be done because of a change that is committed here. All of it may be done twice. */
export interface Task {
	/** Whom it concerns: what concerns one account is done in its order. */
	readonly accountId: AccountId;
	readonly position: number;
	/** When it was caused. */
	readonly createdAt: number;
	/** How often it was tried before. */
	readonly attempts: number;
	/** The attempt before this one has no known end, and may yet arrive at the receiver. */
	readonly mayBeUnderWay: boolean;
	/** The receiver was told before, and answered. */
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

/** What one receiver still has to be told, in storage: in order for each account, of several servers one at each. */
export interface TaskLine<Kept extends Task> {
	/** Accounts whose first task may be tried now, longest due first. One that rests is first when its time has come. */
	due(now: number, limit: number): Promise<readonly AccountId[]>;
	/**
	 * Takes the account's first task, if nobody has it at `now`; of two callers one gets it. One that failed and is not
	 * due yet is taken only with `early`.
	 */
	claim(claim: {
		readonly accountId: AccountId;
		readonly now: number;
		readonly lease: string;
		readonly until: number;
		readonly early: boolean;
	}): Promise<Kept | undefined>;
	/** Gives a claimed task up: deletes it, or says when to try again, or that it never will be. Nothing, once somebody else has it. */
	settle(task: Task, outcome: TaskOutcome): Promise<void>;
	overview(): Promise<TaskOverview>;
}

/** How far a receiver is behind. What it was told, and is to be told once more, does not count. */
export interface TaskOverview {
	readonly waiting: number;
	readonly refused: number;
	/** When the oldest waiting one was caused. */
	readonly oldestAt?: number;
	/** What the latest failure of one that still waits, or was refused, said. */
	readonly lastError?: string;
}
