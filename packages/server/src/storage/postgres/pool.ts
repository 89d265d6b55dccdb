import { Socket } from "node:net";
import { type ClientBase, Pool, types } from "pg";

/** Connections for units of work, and for what is read beside them. Many more would only wait for each other's locks. */
const connections = 16;
/** How long a statement may take, and how long anybody waits for a connection. */
export const patienceMs = 10_000;
/** By now PostgreSQL has given up a statement, and has said so. Who has said nothing is not there any more. */
const silenceMs = patienceMs + 1_000;

/** How long a connection stays that nobody uses. */
const usualIdleMs = 10_000;

/**
 * What a database or its user is set to counts for nothing: that a statement sees what it has locked rests on this. And
 * nothing is compiled to machine code: each statement is about a few rows, but where no index leads PostgreSQL takes it
 * for endless work, because of what we say about scans, and compiled a job's look at an empty table for half a second.
 */
export const ourSettings = `
	SET default_transaction_isolation = 'read committed';
	SET default_transaction_read_only = off;
	SET jit = off`;

/**
 * How every connection begins. Lookups outside a unit of work cannot write. A server that hangs within a transaction
 * lets go of its locks. Small tables are read through their indexes too: a scan would make every unit of work depend
 * on every row.
 */
const unitsOfWork = `
	${ourSettings};
	SET default_transaction_read_only = on;
	SET statement_timeout = ${patienceMs};
	SET idle_in_transaction_session_timeout = ${patienceMs};
	SET enable_seqscan = off`;

/**
 * How those begin on which each statement is a unit by itself. One plan for however many it is about, row by row from
 * what is looked for and in the order in which it names its tables, whatever PostgreSQL thinks of their sizes: what a
 * plan costs to make would be more than it saves.
 */
export const singleStatements = `
	${ourSettings};
	SET statement_timeout = ${patienceMs};
	SET plan_cache_mode = force_generic_plan;
	SET join_collapse_limit = 1;
	SET enable_seqscan = off;
	SET enable_hashjoin = off;
	SET enable_mergejoin = off`;

/** The number by which PostgreSQL's protocol calls a 64-bit integer. */
const int8 = 20;

/** How to reach the database, and to wait there as long as it takes. */
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

/** How a server reaches the database while it works: nobody waits for ever. */
export type Lines = ReturnType<typeof createLines>;

export function createLines(url: string) {
	const sockets = new Set<Socket>();
	let isCut = false;
	/** Ours, to be had hold of also while the library makes a connection, or says goodbye to who does not listen. */
	const stream = () => {
		const socket = new Socket();
		sockets.add(socket);
		socket.once("close", () => sockets.delete(socket));
		// Who waited for a connection that was cut makes the next one.
		if (isCut) setImmediate(() => socket.destroy());
		return socket;
	};
	return {
		/**
		 * A statement that gets no answer fails. The library goes on waiting for that answer before it sends another on
		 * the same connection, which must therefore not be given back.
		 */
		options: { ...connectionTo(url), query_timeout: silenceMs, stream },
		/** Ends every connection, and those that are still to be made. What runs on one of them fails. */
		cut(): void {
			isCut = true;
			for (const socket of sockets) socket.destroy();
		},
	};
}

interface OpenPool {
	readonly max?: number;
	/** How a connection begins. */
	readonly session?: string;
	/** How long one stays that nobody uses. */
	readonly idleTimeoutMillis?: number;
}

/**
 * Opens the pool. `onError` is told of connections that broke while nobody used them; they are replaced.
 */
export function openPool(
	lines: Lines,
	onError: (error: unknown) => void,
	{ max = connections, session = unitsOfWork, idleTimeoutMillis = usualIdleMs }: OpenPool = {},
): Pool {
	const pool = new Pool({
		...lines.options,
		max,
		idleTimeoutMillis,
		onConnect: (client) => begin(client, session),
	});
	pool.on("error", onError);
	return pool;
}

async function begin(client: ClientBase, session: string): Promise<void> {
	// A connection that breaks in use fails the statement that runs on it; nobody else needs to hear of it.
	client.on("error", () => {});
	await client.query(session);
}
