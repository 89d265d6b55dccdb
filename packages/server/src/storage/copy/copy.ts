import { createHash } from "node:crypto";
import { migrations } from "../migrations/index.ts";
import type { CopiedTable, CopyEnd, CopyTarget, Row } from "./end.ts";
import { copying } from "./mark.ts";
import { settingsTable } from "./tables.ts";

export type CopyOutcome =
	| { readonly ok: true; readonly tables: number; readonly rows: number }
	| {
			readonly ok: false;
			/**
			 * `no-server`: none was ever started on the data. `source-outdated`: another version's. `not-empty`: something is
			 * there that is no unfinished copy of these data. `not-equal`: after all was copied, `table` differs.
			 */
			readonly reason: "no-server" | "source-outdated" | "not-empty";
	  }
	| { readonly ok: false; readonly reason: "not-equal"; readonly table: string };

interface Copying {
	readonly from: CopyEnd;
	readonly to: CopyTarget;
	readonly tables: readonly CopiedTable[];
}

/** So many rows are written by one transaction. */
const batch = 500;

/**
 * Copies every row, in an order in which what is there is always the beginning of the whole: a copy that was broken off
 * goes on where it ended or, where the data have changed meanwhile, begins anew. Settings come last, together with the
 * end of the mark that keeps servers away; before them every row of both sides is compared.
 */
export async function copyData({ from, to, tables }: Copying): Promise<CopyOutcome> {
	const settings = await all(from, settingsTable);
	if (!settings.some(([name]) => name === "server-name")) return { ok: false, reason: "no-server" };
	const expected = Object.keys(migrations).sort();
	if (digest(await from.migrations()) !== digest(expected)) return { ok: false, reason: "source-outdated" };
	const source = digest(settings);
	const there = await all(to, settingsTable);
	if (digest(there) === source) {
		const { differing } = await compare({ from, to, tables });
		return differing === undefined
			? outcomeOf({ from, tables, settings })
			: { ok: false, reason: "not-empty" };
	}
	const isBegun = there.length === 1 && there[0]?.[0] === copying && there[0]?.[1] === source;
	if (!isBegun && !(await isFresh(to, tables, there))) return { ok: false, reason: "not-empty" };
	const isAhead = isBegun && (await isBeginning({ from, to, tables }));
	if (!isAhead) await begin(to, tables, source);
	for (const table of tables) await copyTable({ from, to }, table);
	const { differing } = await compare({ from, to, tables });
	if (differing !== undefined) return { ok: false, reason: "not-equal", table: differing };
	await to.inTransaction(async () => {
		await to.clear(settingsTable);
		await to.insert(settingsTable, settings);
	});
	if (digest(await all(to, settingsTable)) !== source)
		return { ok: false, reason: "not-equal", table: settingsTable.name };
	return outcomeOf({ from, tables, settings });
}

/** Whether there is nothing but what the migrations have put there. */
async function isFresh(
	to: CopyTarget,
	tables: readonly CopiedTable[],
	settings: readonly Row[],
): Promise<boolean> {
	if (settings.length > 0) return false;
	for (const table of tables) {
		const { name, columns } = table;
		for await (const row of to.rows(table)) {
			const value = (column: string) => row[columns.indexOf(column)];
			const isInitial =
				(name === "clients" && value("id") === "legacy") ||
				(name === "stream_start" && value("position") === 0);
			if (!isInitial) return false;
		}
	}
	return true;
}

/** Whether each table there holds the first rows of the one here, and nothing else. */
async function isBeginning({ from, to, tables }: Copying): Promise<boolean> {
	for (const table of tables) if ((await commonRows({ from, to }, table)) === undefined) return false;
	return true;
}

async function begin(to: CopyTarget, tables: readonly CopiedTable[], source: string): Promise<void> {
	await to.inTransaction(async () => {
		for (const table of tables.toReversed()) await to.clear(table);
		await to.clear(settingsTable);
		await to.insert(settingsTable, [[copying, source]]);
	});
}

async function copyTable({ from, to }: Omit<Copying, "tables">, table: CopiedTable): Promise<void> {
	let known = (await commonRows({ from, to }, table)) ?? 0;
	let rows: Row[] = [];
	const write = async () => {
		if (rows.length > 0) await to.inTransaction(() => to.insert(table, rows));
		rows = [];
	};
	for await (const row of from.rows(table)) {
		if (known > 0) {
			known--;
			continue;
		}
		rows.push(row);
		if (rows.length === batch) await write();
	}
	await write();
}

/** How many rows are there, all of them the first of those here. Undefined where one is not. */
async function commonRows(
	{ from, to }: Omit<Copying, "tables">,
	table: CopiedTable,
): Promise<number | undefined> {
	let count = 0;
	const here = from.rows(table)[Symbol.asyncIterator]();
	try {
		for await (const row of to.rows(table)) {
			const next = await here.next();
			if (next.done === true || !isEqual(row, next.value)) return undefined;
			count++;
		}
		return count;
	} finally {
		await here.return?.();
	}
}

async function compare({ from, to, tables }: Copying): Promise<{ readonly differing?: string }> {
	for (const table of tables) {
		const common = await commonRows({ from, to }, table);
		if (common === undefined || common !== (await count(from, table))) return { differing: table.name };
	}
	return {};
}

async function outcomeOf({
	from,
	tables,
	settings,
}: Pick<Copying, "from" | "tables"> & { readonly settings: readonly Row[] }): Promise<CopyOutcome> {
	let rows = settings.length;
	for (const table of tables) rows += await count(from, table);
	return { ok: true, tables: tables.length + 1, rows };
}

async function count(end: CopyEnd, table: CopiedTable): Promise<number> {
	let rows = 0;
	for await (const _ of end.rows(table)) rows++;
	return rows;
}

async function all(end: CopyEnd, table: CopiedTable): Promise<readonly Row[]> {
	const rows: Row[] = [];
	for await (const row of end.rows(table)) rows.push(row);
	return rows;
}

function isEqual(one: Row, other: Row): boolean {
	return one.length === other.length && one.every((value, at) => value === other[at]);
}

function digest(value: unknown): string {
	return createHash("sha256").update(JSON.stringify(value)).digest("base64url");
}
