import { StorageUnavailable } from "@countersign/core";
import {
	CompiledQuery,
	type DatabaseConnection,
	type Driver,
	Kysely,
	PostgresAdapter,
	PostgresIntrospector,
	PostgresQueryCompiler,
	type QueryResult,
} from "kysely";
import type { ClientBase, Pool } from "pg";
import type { Database } from "../database.ts";
import type { Lookup, Queries, Values } from "../prepared.ts";
import { answered } from "./answered.ts";
import type { StatementNames } from "./statement-names.ts";

/** Kysely over a pool: each statement on whichever connection is free. */
export function builderOf(pool: Pool, nameOf: StatementNames): Kysely<Database> {
	return queryBuilder(async () => {
		const client = await answered(pool.connect());
		return new Connection(client, nameOf, (isBroken) => client.release(isBroken));
	});
}

/** Kysely and direct lookups over one connection, which stays with who opened it. */
export function queriesOn(client: ClientBase, nameOf: StatementNames): Queries {
	const connection = new Connection(client, nameOf, () => {});
	return { db: queryBuilder(async () => connection), lookup: lookupOn(client, nameOf) };
}

function lookupOn(client: ClientBase, nameOf: StatementNames): Lookup {
	return <Row extends Values, Found>({ sql }: CompiledQuery, make: (row: Row) => Found) => {
		const statement = { name: nameOf(sql), text: sql, rowMode: "array" } as const;
		return async (value: string) => {
			const { rows } = await answered(client.query({ ...statement, values: [storable(value)] }));
			const row = rows[0] as Row | undefined;
			return row && make(row);
		};
	};
}

function queryBuilder(connect: () => Promise<Connection>): Kysely<Database> {
	return new Kysely<Database>({
		dialect: {
			createAdapter: () => new PostgresAdapter(),
			createDriver: () => driver(connect),
			createIntrospector: (db) => new PostgresIntrospector(db),
			createQueryCompiler: () => new PostgresQueryCompiler(),
		},
	});
}

/** Kysely's own transactions are those of the migrations; units of work begin and end in `writes.ts`. */
function driver(connect: () => Promise<Connection>): Driver {
	const say = (words: string) => async (connection: DatabaseConnection) => {
		await connection.executeQuery(CompiledQuery.raw(words));
	};
	return {
		init: async () => {},
		acquireConnection: connect,
		beginTransaction: say("begin"),
		commitTransaction: say("commit"),
		rollbackTransaction: say("rollback"),
		async releaseConnection(connection) {
			if (connection instanceof Connection) connection.release();
		},
		destroy: async () => {},
	};
}

class Connection implements DatabaseConnection {
	readonly #client: ClientBase;
	readonly #nameOf: StatementNames;
	readonly #release: (isBroken: boolean) => void;
	#isBroken = false;

	constructor(client: ClientBase, nameOf: StatementNames, release: (isBroken: boolean) => void) {
		this.#client = client;
		this.#nameOf = nameOf;
		this.#release = release;
	}

	release(): void {
		this.#release(this.#isBroken);
	}

	async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
		const values = parameters.map(storable);
		const asked = this.#client.query({ name: this.#nameOf(sql), text: sql, values });
		const { rows, rowCount } = await answered(asked).catch((error: unknown) => {
			this.#isBroken ||= error instanceof StorageUnavailable;
			throw error;
		});
		return { rows, numAffectedRows: BigInt(rowCount ?? 0) };
	}

	streamQuery(): never {
		throw new Error("rows are not streamed");
	}
}

/** PostgreSQL has no place for the character zero in a text, and nothing that we hand out contains it. */
export function storable(value: unknown): unknown {
	return typeof value === "string" ? value.replaceAll("\0", "\ufffd") : value;
}
