import type { Kysely } from "kysely";
import type { TaskOverview } from "../../homeserver/synapse/ports.ts";
import type { Database } from "../database.ts";

/** Tasks that are still to be done, as `task`. */
export function waitingTasks(db: Kysely<Database>) {
	return db.selectFrom("homeserver_tasks as task").where("task.refused_at", "is", null);
}

/** No lease and no wait is as long: what ends later was noted by a clock that was ahead, and has been put right since. */
export const longestMs = 3_600_000;

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
						.where("earlier.refused_at", "is", null),
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
		.where((is) =>
			is.or([
				is("kind", "in", ["add-user", "delete-user", "reactivate-user"]),
				is.and([is("kind", "=", "delete-device"), is("detail", "=", deviceId)]),
			]),
		);
}

export async function taskOverview(db: Kysely<Database>): Promise<TaskOverview> {
	const waiting = await waitingTasks(db)
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
		waiting: Number(waiting.count),
		refused: Number(refused.count),
		...(waiting.oldest_at === null ? {} : { oldestAt: Number(waiting.oldest_at) }),
		...(typeof failed?.failure === "string" ? { lastError: failed.failure } : {}),
	};
}
