import { type ClientBase, Pool, types } from "pg";

/** Connections for units of work and lookups. Many more would only wait for each other's locks. */
const connections = 16;
/** How long a statement may take, and how long anybody waits for a connection. */
const patienceMs = 10_000;

/**
 * How every connection begins. Lookups outside a unit of work cannot write. A server that hangs within a transaction
 * lets go of its locks. Small tables are read through their indexes too: a scan would make every unit of work depend
 * on every row.
 */
const session = `
	SET default_transaction_read_only = on;
	SET statement_timeout = ${patienceMs};
	SET idle_in_transaction_session_timeout = ${patienceMs};
	SET enable_seqscan = off`;

/** The number by which PostgreSQL's protocol calls a 64-bit integer. */
const int8 = 20;

/** How to reach the database. */
export function connectionTo(url: string) {
	return {
		connectionString: url,
		application_name: "countersign",
		keepAlive: true,
		connectionTimeoutMillis: patienceMs,
		// Every number that is stored is one that JavaScript holds exactly: times, positions, counts.
		types: {
			getTypeParser: (oid: number, format?: "text" | "binary") =>
				oid === int8 ? Number : types.getTypeParser(oid, format),
		},
	};
}

/** Opens the pool. `onError` is told of connections that broke while nobody used them; they are replaced. */
export function openPool(url: string, onError: (error: unknown) => void): Pool {
	const pool = new Pool({ ...connectionTo(url), max: connections, onConnect: begin });
	pool.on("error", onError);
	return pool;
}

async function begin(client: ClientBase): Promise<void> {
	// A connection that breaks in use fails the statement that runs on it; nobody else needs to hear of it.
	client.on("error", () => {});
	await client.query(session);
}
