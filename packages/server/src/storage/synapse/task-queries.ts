import type { Kysely } from "kysely";
import type { TaskOverview } from "../../homeserver/synapse/ports.ts";
import type { Database } from "../database.ts";

/** Tasks that are still to be done, as `task`. */
export function waitingTasks(db: Kysely<Database>) {
	return db.selectFrom("homeserver_tasks as task").where("task.refused_at", "is", null);
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
