import type { Transactions } from "@countersign/core";

/** Something to be done again and again. It may throw: that is logged, and it is run again at the next time. */
export interface Job {
	readonly name: string;
	readonly everyMs: number;
	/** @param stopping aborted when the server stops, which waits for the end of the run */
	run(stopping: AbortSignal): Promise<void>;
}

type EngineRecordKind = "Interaction" | "AuthorizationCode";

/** Kinds of which rows stay that are old enough to go: looking at all of them at once would take too long. */
export type Looked = "access tokens" | "refresh tokens" | "sessions" | "devices" | "clients";

/**
 * What clean-up deletes. Each method deletes one batch of bounded size and returns how many rows went: 0 once
 * all have. Those with `since` look only at rows of that time or later.
 */
export interface CleanUpUnit {
	readonly slices: {
		/**
		 * Where a slice of rows ends that can be looked at in a few milliseconds: a time after `since`, at most `before`.
		 */
		end(what: Looked, range: { readonly since: number; readonly before: number }): Promise<number>;
	};
	readonly tokens: {
		deleteExpired(before: number, since: number): Promise<number>;
		deleteConsumed(before: number, since: number): Promise<number>;
	};
	readonly homeserver: { removeUnheldDevices(before: number, now: number, since: number): Promise<number> };
	readonly homeserverTasks: { deleteRefused(before: number): Promise<number> };
	readonly sessions: { deleteEnded(before: number, since: number): Promise<number> };
	readonly engineRecords: { deleteExpired(kind: EngineRecordKind, before: number): Promise<number> };
	readonly deviceAuthorizations: { deleteExpired(before: number): Promise<number> };
	readonly ssoRequests: { deleteExpired(before: number): Promise<number> };
	readonly clients: { deleteUnused(before: number, since: number): Promise<number> };
	readonly browserSessions: { deleteExpired(before: number): Promise<number> };
	readonly requests: {
		deleteEnded(before: number): Promise<number>;
		deleteUndecided(before: number): Promise<number>;
	};
	readonly events: { deleteBefore(before: number): Promise<number> };
}

export type CleanUpStorage = Transactions<CleanUpUnit>;
