import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Listed } from "../../admin/ports.ts";
import type { Database } from "../database.ts";

export type Condition = RawBuilder<unknown>;

/** What conditions are for: a page ends soon, a number does not. */
export type Purpose = "list" | "count";

interface ListingOf<Filter, Row, Found> {
	readonly from: RawBuilder<unknown>;
	/** Where the number of rows is counted, which is the same there. Default: where they are listed. */
	readonly countedIn?: (filter: Filter) => RawBuilder<unknown>;
	readonly columns: RawBuilder<unknown>;
	/** What the list is ordered by, and a row is known by. */
	readonly key: string;
	readonly where: (filter: Filter, purpose: Purpose) => readonly Condition[] | Promise<readonly Condition[]>;
	/**
	 * What comes before all the rest, and are few, and what of the filter is left to be asked of those. It never changes of
	 * a row. Default: nothing does.
	 */
	readonly first?: (filter: Filter) => { readonly are: Condition; readonly rest: Filter } | undefined;
	readonly read: (row: Row) => Found;
}

/**
 * A list whose pages begin behind a key and not behind a number of rows: each costs what the first does, and what is
 * added meanwhile moves nothing.
 */
export function createListing<Filter, Row, Found>(
	db: Kysely<Database>,
	{ from, countedIn, columns, key: column, where, first, read }: ListingOf<Filter, Row, Found>,
): Listed<Filter, Found> {
	const key = sql.ref(column);
	const rows = async (conditions: readonly Condition[], { take, isFromEnd }: Part) => {
		const direction = isFromEnd ? sql`DESC` : sql`ASC`;
		const query = sql<Row>`SELECT ${columns} FROM ${from} WHERE ${and(conditions)}
			ORDER BY ${key} ${direction} LIMIT ${take}`;
		return (await query.execute(db)).rows.map(read);
	};
	const between = ({ after, before }: Bounds) => [
		...when(after, (id) => sql`${key} > ${id}`),
		...when(before, (id) => sql`${key} < ${id}`),
	];
	const keysOf = async (ahead: Condition) => {
		const query = sql<{ readonly id: string }>`SELECT ${key} AS id FROM ${from} WHERE ${ahead}`;
		return (await query.execute(db)).rows.map(({ id }) => id);
	};
	return {
		async list(filter, { after: [after] = [], before: [before] = [], take, isFromEnd }) {
			const ahead = first?.(filter);
			const ids = ahead === undefined ? [] : await keysOf(ahead.are);
			const parts = partsOf({ after, before }, ids);
			const found: Found[] = [];
			for (const { bounds, isAhead } of isFromEnd ? parts.toReversed() : parts) {
				if (found.length >= take) break;
				const conditions = await where(isAhead && ahead !== undefined ? ahead.rest : filter, "list");
				const among = ids.length === 0 ? [] : [holds(within(key, ids), isAhead)];
				const part = { take: take - found.length, isFromEnd };
				found.push(...(await rows([...conditions, ...between(bounds), ...among], part)));
			}
			return isFromEnd ? found.reverse() : found;
		},

		async count(filter) {
			const conditions = await where(filter, "count");
			const only = conditions.length === 0 ? sql`` : sql`WHERE ${and(conditions)}`;
			const counted = await sql<{ readonly count: number | bigint | string }>`
				SELECT count(*) AS count FROM ${countedIn?.(filter) ?? from} ${only}`.execute(db);
			return Number(counted.rows[0]?.count);
		},

		async find(id) {
			const query = sql<Row>`SELECT ${columns} FROM ${from} WHERE ${key} = ${id}`;
			const [found] = (await query.execute(db)).rows.map(read);
			return found;
		},
	};
}

interface Part {
	readonly take: number;
	readonly isFromEnd: boolean;
}

interface Bounds {
	readonly after?: string | undefined;
	readonly before?: string | undefined;
}

/** Those ahead of all, then the rest, as far as either is between the bounds. */
function partsOf(
	{ after, before }: Bounds,
	ahead: readonly string[],
): readonly { readonly bounds: Bounds; readonly isAhead: boolean }[] {
	if (ahead.length === 0) return [{ bounds: { after, before }, isAhead: false }];
	const isAhead = (id: string | undefined) => id !== undefined && ahead.includes(id);
	const head = { after, before: isAhead(before) ? before : undefined };
	const rest = { after: isAhead(after) ? undefined : after, before };
	return [
		...(after === undefined || isAhead(after) ? [{ bounds: head, isAhead: true }] : []),
		...(isAhead(before) ? [] : [{ bounds: rest, isAhead: false }]),
	];
}

function within(key: RawBuilder<unknown>, ids: readonly string[]): Condition {
	return sql`${key} IN (${sql.join([...ids])})`;
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

const few = 1_000;

/** Whether so few rows are in there that it costs little to look at each. Looks at no more than these. */
export async function areFew(db: Kysely<Database>, rows: RawBuilder<unknown>): Promise<boolean> {
	const counted = await sql<{ readonly count: number | bigint | string }>`
		SELECT count(*) AS count FROM (SELECT 1 FROM ${rows} LIMIT ${few + 1}) AS looked`.execute(db);
	return Number(counted.rows[0]?.count) <= few;
}

/** A condition, or that it does not hold. */
export function holds(condition: Condition, is: boolean): Condition {
	return is ? sql`(${condition})` : sql`NOT (${condition})`;
}

/** What stands for itself in a pattern of LIKE, behind `ESCAPE '!'`. */
export function literally(text: string): string {
	return text.replaceAll(/[!%_]/g, "!$&");
}
