import type { AccountId } from "@countersign/core";

/** For each receiver a table of this shape: a receiver that is silent must not hold up another's tasks. */
export interface TaskTables {
	homeserver_tasks: TasksTable;
	mail_tasks: TasksTable;
}

export type TaskTable = keyof TaskTables;

/** What a receiver still has to be told, for each account in the order of `position`. */
interface TasksTable {
	account_id: AccountId;
	position: number;
	kind: string;
	/** What it is depends on the kind; for Synapse see `synapse/telling-row.ts`, for mail `mail/letter-row.ts`. */
	detail: string;
	created_at: number;
	attempts: number;
	/** Not tried before then, unless somebody waits for it. */
	next_at: number;
	/** Who is at it, and until when nobody else is. */
	lease: string | null;
	leased_until: number | null;
	/** Why the last attempt came to nothing; empty where it did not. Null: not tried, or nobody knows how it ended. */
	failure: string | null;
	/** The receiver will never do it. The row is kept for the operator and holds nothing up. */
	refused_at: number | null;
	/** The receiver was told, and is once more at `next_at`. Until somebody takes it for that it holds nothing up. */
	told_at: number | null;
}
