/** What is kept for a Synapse beside this server. */
export interface SynapseTables {
	homeserver_tasks: HomeserverTasksTable;
}

/** What Synapse still has to be told, for each account in the order of `position`. */
interface HomeserverTasksTable {
	account_id: string;
	position: number;
	kind: string;
	/** A device id, a display name, or `yes` or `no`; what it is depends on the kind. */
	detail: string;
	created_at: number;
	attempts: number;
	/** Not tried before then, unless somebody waits for it. */
	next_at: number;
	/** Who is at it, and until when nobody else is. */
	lease: string | null;
	leased_until: number | null;
	/** Why the last attempt came to nothing; empty where it did not. */
	failure: string | null;
	/** Synapse will never do it. The row is kept for the operator and holds nothing up. */
	refused_at: number | null;
}
