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
 * all have. `before` is the time before which a row must have been over; those with `since` look only at rows that
 * were over at that time or later.
 */
export interface CleanUpUnit {
	readonly slices: {
		/**
		 * Where a slice of rows ends that can be looked at in a few milliseconds: a time after `since`, at most `before`.
		 */
		end(what: Looked, range: { readonly since: number; readonly before: number }): Promise<number>;
	};
	readonly tokens: {
		/** Access tokens that expired, except the evidence that a live refresh token arrived. */
		deleteExpired(before: number, since: number): Promise<number>;
		/** Refresh tokens that were used, except the last used one of each session: its retry may yet come. */
		deleteConsumed(before: number, since: number): Promise<number>;
	};
	readonly keptDevices: {
		/** Gives up devices that were kept for a sign-in until then, and returns them. */
		releaseOver(
			before: number,
		): Promise<readonly { readonly accountId: string; readonly deviceId: string }[]>;
	};
	readonly homeserver: {
		removeDevice(accountId: string, deviceId: string, now: number): Promise<void>;
		/** Devices made then on which nobody is signed in, but no dehydrated one. They are taken back at `now`. */
		removeUnheldDevices(before: number, now: number, since: number): Promise<number>;
	};
	readonly homeserverTasks: {
		/** What the homeserver refused for good. */
		deleteRefused(before: number): Promise<number>;
	};
	readonly sessions: {
		/** Sessions that ended and that no token and no request to replace keys refers to any more. */
		deleteEnded(before: number, since: number): Promise<number>;
	};
	readonly engineRecords: {
		/** Those of this kind that expired, spent or not. */
		deleteExpired(kind: EngineRecordKind, before: number): Promise<number>;
	};
	readonly deviceAuthorizations: {
		/** Those that expired, whatever became of them. */
		deleteExpired(before: number): Promise<number>;
	};
	readonly ssoRequests: {
		/** Those that expired, whatever became of them. */
		deleteExpired(before: number): Promise<number>;
	};
	readonly rendezvous: {
		/** Places to meet that expired. */
		deleteExpired(before: number): Promise<number>;
	};
	readonly clients: {
		/** Clients that nobody registered again, and that no session, ended ones included, and no waiting device refers to. */
		deleteUnused(before: number, since: number): Promise<number>;
	};
	readonly browserSessions: {
		deleteExpired(before: number): Promise<number>;
	};
	readonly requests: {
		/** Requests whose time is over, except those that are approved or being spent. */
		deleteEnded(before: number): Promise<number>;
		/** Of these, those that nobody said yes or no to. */
		deleteUndecided(before: number): Promise<number>;
	};
	readonly events: {
		/** Lines of the security logs. */
		deleteBefore(before: number): Promise<number>;
	};
}

export type CleanUpStorage = Transactions<CleanUpUnit>;
