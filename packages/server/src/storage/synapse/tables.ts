/** What is kept for a Synapse beside this server. */
export interface SynapseTables {
	homeserver_tasks: HomeserverTasksTable;
}

/** What Synapse still has to be told, for each account in the order of `position`. */
interface HomeserverTasksTable {
	account_id: string;
	position: number;
	kind: string;
	/** What it is depends on the kind; see `telling-row.ts`. */
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
	/** Synapse will never do it. The row is kept for the operator and holds nothing up. */
	refused_at: number | null;
	/** Synapse was told, and is once more at `next_at`. Until somebody takes it for that it holds nothing up. */
	told_at: number | null;
}
