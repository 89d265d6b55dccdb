import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { CompiledQuery, Kysely } from "kysely";
import type { Database } from "./database.ts";

/**
 * Finds the one row that a query, built once, has for a value, and what is made of its values, which come in the order
 * of the columns. Goes past the query builder, and past the names: homeservers ask about a token for every request
 * they serve.
 */
export type Lookup = <Row extends Values, Found>(
	query: CompiledQuery,
	make: (row: Row) => Found,
) => (value: string) => Promise<Found | undefined>;

/** A row as every dialect hands it out. */
export type Values = readonly (string | number | null)[];

/** The ways to ask one connection. */
export interface Queries {
	readonly db: Kysely<Database>;
	readonly lookup: Lookup;
}

/**
 * Runs a query that was built once, with these values in the order in which they stand in its text. For what is
 * written at every refresh and every use of a token: building SQL costs several times what running it does.
 */
export async function runPrepared<Row>(
	db: Kysely<Database>,
	query: CompiledQuery<Row>,
	values: readonly (string | number | null)[],
): Promise<readonly Row[]> {
	if (values.length !== query.parameters.length)
		throw new Error(`${query.sql} takes ${query.parameters.length} values, not ${values.length}`);
	const { rows } = await db.executeQuery<Row>({ ...query, parameters: values });
	return rows;
}

/** Stand in a query that is built once where each run puts its own value. */
export const anyText = "";
export const anyAccountId = asAccountId(anyText);
export const anyDeviceId = asDeviceId(anyText);
export const anySessionId = asSessionId(anyText);
export const anyNumber = 0;
