import type { Question, Reply } from "./question.ts";

/** Asks, and has an answer or a reason after at most ten seconds. Follows redirects only where told to. */
export type Ask = (question: Question) => Promise<Reply>;

/** What the server's own data tell. */
export type DataState =
	| {
			readonly ok: true;
			readonly outbox?: OutboxState;
			readonly closedThere?: ClosedThere;
			readonly lackingFactor?: LackingFactors;
			readonly strayAdministrators?: readonly StrayAdministrator[];
	  }
	/** In words for the operator. */
	| { readonly ok: false; readonly why: string };

/** Whom Synapse holds to be closed, of those who are open here. */
export interface ClosedThere {
	readonly open: number;
	/** About how many of them Synapse was asked. */
	readonly asked: number;
	/** Their localparts. */
	readonly closed: readonly string[];
}

/** Of whom a second factor is demanded, and who has none. Absent where none is demanded. */
interface LackingFactors {
	/** Their localparts, by name. */
	readonly lacking: readonly string[];
	/** Those of them whose time is over. */
	readonly over: number;
}

/** Somebody whom a service made an administrator that can say no more that they are none. */
interface StrayAdministrator {
	readonly localpart: string;
	/** Its id in the settings, as it was then. */
	readonly service: string;
}

/** What waits to be told to Synapse. */
interface OutboxState {
	readonly waiting: number;
	/** Epoch ms of the one that waits longest. */
	readonly oldestAt?: number;
	/** What was said to the latest attempt that failed. */
	readonly lastError?: string;
	/** How many Synapse will never take. */
	readonly refused: number;
}

/** How far a sign-in would get in the directory that checks passwords. */
export type DirectoryState =
	| {
			readonly ok: true;
			/** Whether anybody is found who would be let in. */
			readonly hasSomebody: boolean;
	  }
	| {
			readonly ok: false;
			/** Where it ends. `base`: there is no such entry, or it is not shown. */
			readonly at: "connection" | "encryption" | "bind" | "base" | "search";
			/** A name and a number, for the operator. */
			readonly failure: string;
	  };

/** How far a letter would get. */
export type MailState =
	| { readonly ok: true; readonly encrypted: boolean }
	/** In words for the operator. */
	| { readonly ok: false; readonly failure: string };
