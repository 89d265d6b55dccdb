import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Listed, Page } from "../../admin/ports.ts";
import type { Database } from "../database.ts";

export type Condition = RawBuilder<unknown>;

interface ListingOf<Filter, Row, Found> {
	readonly from: RawBuilder<unknown>;
	readonly columns: RawBuilder<unknown>;
	/** What the list is ordered by, and a row is known by. */
	readonly key: readonly string[];
	readonly where: (filter: Filter) => readonly Condition[];
	/** What comes before all the rest. Default: nothing does. */
	readonly first?: (filter: Filter) => Condition | undefined;
	readonly read: (row: Row) => Found;
}

/**
 * A list whose pages begin behind a key and not behind a number of rows: each costs what the first does, and what is
 * added meanwhile moves nothing.
 */
export function createListing<Filter, Row, Found>(
	db: Kysely<Database>,
	{ from, columns, key, where, first, read }: ListingOf<Filter, Row, Found>,
): Listed<Filter, Found> {
	const keys = key.map((column) => sql.ref(column));
	const is = (values: readonly string[]) => and(keys.map((each, at) => sql`${each} = ${values[at]}`));
	const rows = async (query: RawBuilder<Row>) => (await query.execute(db)).rows.map(read);
	return {
		async list(filter, page) {
			const ahead = first?.(filter);
			const order = ahead === undefined ? keys : [rank(ahead), ...keys];
			const place = (values: readonly string[]) =>
				ahead === undefined
					? tuple(values.map((value) => sql`${value}`))
					: tuple([
							rank(sql`EXISTS (SELECT 1 FROM ${from} WHERE ${is(values)} AND ${ahead})`),
							...values.map((value) => sql`${value}`),
						]);
			const direction = page.isFromEnd ? sql`DESC` : sql`ASC`;
			const found = await rows(
				sql<Row>`SELECT ${columns} FROM ${from}
					WHERE ${and([...where(filter), ...boundsOf(page, tuple(order), place)])}
					ORDER BY ${sql.join(order.map((each) => sql`${each} ${direction}`))} LIMIT ${page.take}`,
			);
			return page.isFromEnd ? found.reverse() : found;
		},

		async count(filter) {
			const counted = await sql<{ readonly count: number | bigint | string }>`
				SELECT count(*) AS count FROM ${from} WHERE ${and(where(filter))}`.execute(db);
			return Number(counted.rows[0]?.count);
		},

		async find(...values) {
			const [found] = await rows(sql<Row>`SELECT ${columns} FROM ${from} WHERE ${is(values)}`);
			return found;
		},
	};
}

function boundsOf(
	{ after, before }: Page,
	here: RawBuilder<unknown>,
	place: (values: readonly string[]) => RawBuilder<unknown>,
): readonly Condition[] {
	return [
		...(after === undefined ? [] : [sql`${here} > ${place(after)}`]),
		...(before === undefined ? [] : [sql`${here} < ${place(before)}`]),
	];
}

function rank(ahead: Condition): RawBuilder<unknown> {
	return sql`(CASE WHEN ${ahead} THEN 0 ELSE 1 END)`;
}

function tuple(parts: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
	return sql`(${sql.join([...parts])})`;
}

/** Of none: what always holds. */
function and(conditions: readonly Condition[]): Condition {
	return conditions.length === 0 ? sql`1 = 1` : sql.join([...conditions], sql` AND `);
}

/** Nothing where it is not asked for. */
export function when<T>(value: T | undefined, condition: (value: T) => Condition): readonly Condition[] {
	return value === undefined ? [] : [condition(value)];
}

export const never: Condition = sql`1 = 0`;

/** A condition, or that it does not hold. */
export function holds(condition: Condition, is: boolean): Condition {
	return is ? sql`(${condition})` : sql`NOT (${condition})`;
}

/** What stands for itself in a pattern of LIKE, behind `ESCAPE '!'`. */
export function literally(text: string): string {
	return text.replaceAll(/[!%_]/g, "!$&");
}
