import { type Expression, type Kysely, type SqlBool, sql } from "kysely";
import type { TaskOverview, Telling } from "../../homeserver/synapse/ports.ts";
import type { Database } from "../database.ts";

/** Tasks that are still to be done, as `task`. */
function waitingTasks(db: Kysely<Database>) {
	return db.selectFrom("homeserver_tasks as task").where("task.refused_at", "is", null);
}

/** No lease and no wait is as long: what ends later was noted by a clock that was ahead, and has been put right since. */
export const longestMs = 3_600_000;

/** Synapse was told of it, and nobody is about to tell it once more. */
function rests(as: "task" | "earlier" | "homeserver_tasks"): Expression<SqlBool> {
	const column = (name: string) => sql.ref(`${as}.${name}`);
	return sql<SqlBool>`(${column("told_at")} is not null and ${column("lease")} is null)`;
}

/** Whether a task comes before later ones of its account: each does but one that rests until later. */
function isInLine(as: "task" | "earlier", now: number): Expression<SqlBool> {
	const nextAt = sql.ref(`${as}.next_at`);
	return sql<SqlBool>`(not ${rests(as)} or ${nextAt} <= ${now} or ${nextAt} > ${now + longestMs})`;
}

/** Where the line of this account begins. */
export function firstPosition(db: Kysely<Database>, accountId: string, now: number) {
	return waitingTasks(db)
		.select(({ fn }) => fn.min("task.position").as("position"))
		.where("task.account_id", "=", accountId)
		.where(isInLine("task", now));
}

/** The first task of each account, as `task`, where nobody has it at `now`; longest due first. */
export function firstTasks(db: Kysely<Database>, now: number) {
	return waitingTasks(db)
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
					selectFrom("homeserver_tasks as earlier")
						.select("earlier.position")
						.whereRef("earlier.account_id", "=", "task.account_id")
						.whereRef("earlier.position", "<", "task.position")
						.where("earlier.refused_at", "is", null)
						.where(isInLine("earlier", now)),
				),
			),
		)
		.orderBy("task.next_at");
}

/** Tasks after which this device would not exist, and those that make or open the account it is to belong to. */
export function obstaclesTo(
	db: Kysely<Database>,
	{ accountId, deviceId }: { readonly accountId: string; readonly deviceId: string },
) {
	return db
		.selectFrom("homeserver_tasks")
		.where("account_id", "=", accountId)
		.where("refused_at", "is", null)
		.where(({ not }) => not(rests("homeserver_tasks")))
		.where((is) =>
			is.or([
				is("kind", "in", concerningAll),
				is.and([is("kind", "=", "delete-device" satisfies Kind), is("detail", "=", deviceId)]),
			]),
		);
}

type Kind = Telling["kind"];

/** These make, open or empty the account that a device is to belong to. */
const concerningAll: readonly Kind[] = ["add-user", "delete-all-devices", "delete-user", "reactivate-user"];

/** Drops removals of this device that rest: another one takes its place, or the device is made anew. */
export async function dropResting(
	db: Kysely<Database>,
	{ accountId, deviceId }: { readonly accountId: string; readonly deviceId: string },
): Promise<void> {
	await db
		.deleteFrom("homeserver_tasks")
		.where("account_id", "=", accountId)
		.where("kind", "=", "delete-device" satisfies Kind)
		.where("detail", "=", deviceId)
		.where("refused_at", "is", null)
		.where(rests("homeserver_tasks"))
		.execute();
}

export async function taskOverview(db: Kysely<Database>): Promise<TaskOverview> {
	const waiting = await waitingTasks(db)
		.where("task.told_at", "is", null)
		.select(({ fn }) => [fn.countAll<number>().as("count"), fn.min("task.created_at").as("oldest_at")])
		.executeTakeFirstOrThrow();
	const refused = await db
		.selectFrom("homeserver_tasks")
		.select(({ fn }) => fn.countAll<number>().as("count"))
		.where("refused_at", "is not", null)
		.executeTakeFirstOrThrow();
	const failed = await db
		.selectFrom("homeserver_tasks")
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
