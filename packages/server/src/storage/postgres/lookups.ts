import type { CompiledQuery } from "kysely";
import type { Pool } from "pg";
import type { Lookup, Values } from "../prepared.ts";
import { answered } from "./answered.ts";
import { createBatches } from "./batches.ts";
import { storable } from "./queries.ts";
import type { StatementNames } from "./statement-names.ts";

/** While one message of a kind waits for its answer, another one is under way. */
const lanes = 2;
const atMost = 64;

/**
 * Direct lookups outside units of work: those for the same thing that come together share a statement, which sees
 * whatever was committed before it left. On connections of their own, so that nobody who asks about a token waits for
 * one that a unit of work holds.
 */
export function lookupsOn(pool: Pool, nameOf: StatementNames): Lookup {
	return <Row extends Values, Found>({ sql }: CompiledQuery, make: (row: Row) => Found) => {
		const text = ofMany(sql);
		const statement = { name: nameOf(text), text, rowMode: "array" } as const;
		const ask = createBatches<string, Row | undefined>({ lanes, atMost, atOnce: true }, async (asked) => {
			const { rows } = await answered(pool.query<unknown[]>({ ...statement, values: [asked.map(storable)] }));
			const found = new Array<Row | undefined>(asked.length).fill(undefined);
			for (const row of rows) {
				const place = Number(row.pop());
				found[place - 1] = row as unknown as Row;
			}
			return found;
		});
		return async (value) => {
			const row = await ask(value);
			// Here: a row that cannot be read fails who asked for it, and nobody else.
			return row && make(row);
		};
	};
}

/** The same query for a list of values, with the place of the value behind each row. */
function ofMany(sql: string): string {
	const parts = sql.split(" from ");
	if (parts.length !== 2 || sql.split("$").length !== 2) throw new Error(`not a lookup of one value: ${sql}`);
	const asked =
		', "asked"."at" from unnest($1::text[]) with ordinality as "asked" ("value", "at") cross join ';
	return `${parts[0]}${asked}${parts[1]?.replace("$1", '"asked"."value"')}`;
}
