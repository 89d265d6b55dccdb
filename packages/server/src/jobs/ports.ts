import type { Transactions } from "@countersign/core";

/** Something to be done again and again. It may throw: that is logged, and it is run again at the next time. */
export interface Job {
	readonly name: string;
	readonly everyMs: number;
	run(): Promise<void>;
}

type EngineRecordKind = "Interaction" | "AuthorizationCode";

/**
 * What clean-up deletes. Each method deletes one batch of bounded size and returns how many rows went: 0 once
 * all have.
 */
export interface CleanUpUnit {
	readonly tokens: {
		deleteExpired(before: number): Promise<number>;
		deleteConsumed(before: number): Promise<number>;
	};
	readonly homeserver: { removeUnheldDevices(before: number, now: number): Promise<number> };
	readonly sessions: { deleteEnded(before: number): Promise<number> };
	readonly engineRecords: { deleteExpired(kind: EngineRecordKind, before: number): Promise<number> };
	readonly deviceAuthorizations: { deleteExpired(before: number): Promise<number> };
	readonly ssoRequests: { deleteExpired(before: number): Promise<number> };
	readonly clients: { deleteUnused(before: number): Promise<number> };
	readonly browserSessions: { deleteExpired(before: number): Promise<number> };
	readonly requests: { deleteEnded(before: number): Promise<number> };
	readonly events: { deleteBefore(before: number): Promise<number> };
}

export type CleanUpStorage = Transactions<CleanUpUnit>;
