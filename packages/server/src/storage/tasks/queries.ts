import type { AccountId } from "@countersign/core";
import { type Expression, type Kysely, type SqlBool, sql } from "kysely";
import type { TaskOverview } from "../../tasks/ports.ts";
import type { Database } from "../database.ts";
import type { TaskTable } from "./tables.ts";

/** Tasks that are still to be done, as `task`. */
function waitingTasks(db: Kysely<Database>, table: TaskTable) {
	return db.selectFrom(`${table} as task`).where("task.refused_at", "is", null);
}

/** No lease and no wait is as long: what ends later was noted by a clock that was ahead, and has been put right since. */
export const longestMs = 3_600_000;

/** The receiver was told of it, and nobody is about to tell it once more. */
export function rests(as: "task" | "earlier" | TaskTable): Expression<SqlBool> {
	const column = (name: string) => sql.ref(`${as}.${name}`);
	return sql<SqlBool>`(${column("told_at")} is not null and ${column("lease")} is null)`;
}

/** Those whose receiver takes them in any order: one that waits is in nobody's way. */
const unordered: readonly TaskTable[] = ["mail_tasks"];

/**
 * Whether a task comes before later ones of its account: each does but one that rests until later or, where order does
 * not matter, that waits or is under way.
 */
function isInLine(table: TaskTable, as: "task" | "earlier", now: number): Expression<SqlBool> {
	const nextAt = sql.ref(`${as}.next_at`);
	const isDue = sql<SqlBool>`(${nextAt} <= ${now} or ${nextAt} > ${now + longestMs})`;
	if (!unordered.includes(table)) return sql<SqlBool>`(not ${rests(as)} or ${isDue})`;
	const leasedUntil = sql.ref(`${as}.leased_until`);
	return sql<SqlBool>`(${isDue} and (${leasedUntil} is null or ${leasedUntil} <= ${now} or ${leasedUntil} > ${now + longestMs}))`;
}

/** Where the line of this account begins. */
export function firstPosition(
	db: Kysely<Database>,
	table: TaskTable,
	{ accountId, now }: { readonly accountId: AccountId; readonly now: number },
) {
	return waitingTasks(db, table)
		.select(({ fn }) => fn.min("task.position").as("position"))
		.where("task.account_id", "=", accountId)
		.where(isInLine(table, "task", now));
}

/** The first task of each account, as `task`, where nobody has it at `now`; longest due first. */
export function firstTasks(db: Kysely<Database>, table: TaskTable, now: number) {
	return waitingTasks(db, table)
		.select("task.account_id")
		.where((is) =>
			is.or([
				is("task.leased_until", "is", null),
				is("task.leased_until", "<=", now),
				is("task.leased_until", ">", now + longestMs),
			]),
		)
		.where(({ not, exists, selectFrom }) =>
			not(
				exists(
					selectFrom(`${table} as earlier`)
						.select("earlier.position")
						.whereRef("earlier.account_id", "=", "task.account_id")
						.whereRef("earlier.position", "<", "task.position")
						.where("earlier.refused_at", "is", null)
						.where(isInLine(table, "earlier", now)),
				),
			),
		)
		.orderBy("task.next_at");
}

export async function taskOverview(db: Kysely<Database>, table: TaskTable): Promise<TaskOverview> {
	const waiting = await waitingTasks(db, table)
		.where("task.told_at", "is", null)
		.select(({ fn }) => [fn.countAll<number>().as("count"), fn.min("task.created_at").as("oldest_at")])
		.executeTakeFirstOrThrow();
	const refused = await db
		.selectFrom(table)
		.select(({ fn }) => fn.countAll<number>().as("count"))
		.where("refused_at", "is not", null)
		.executeTakeFirstOrThrow();
	const failed = await db
		.selectFrom(table)
		.select("failure")
		.where("failure", "!=", "")
		.orderBy("next_at", "desc")
		.limit(1)
		.executeTakeFirst();
	return {
		waiting: waiting.count,
		refused: refused.count,
		...(waiting.oldest_at === null ? {} : { oldestAt: waiting.oldest_at }),
		...(typeof failed?.failure === "string" ? { lastError: failed.failure } : {}),
	};
}
