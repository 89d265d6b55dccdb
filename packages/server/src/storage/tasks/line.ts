import type { Kysely } from "kysely";
import type { Task, TaskLine, TaskOutcome } from "../../tasks/ports.ts";
import type { Database } from "../database.ts";
import { firstPosition, firstTasks, longestMs, taskOverview } from "./queries.ts";
import type { TaskTable } from "./tables.ts";

/** In the place of a failure: the last attempt was answered, and another one follows. */
const settled = "";

/** A task as every receiver has it, with what it is for this one still to be read. */
export interface ClaimedTask extends Task {
	readonly kind: string;
	readonly detail: string;
}

/** The tasks of one receiver. */
export function createTaskLine(db: Kysely<Database>, table: TaskTable): TaskLine<ClaimedTask> {
	return {
		async due(now, limit) {
			const ripe = await firstTasks(db, table, now).where("task.next_at", "<=", now).limit(limit).execute();
			const ahead = await firstTasks(db, table, now)
				.where("task.next_at", ">", now + longestMs)
				.limit(limit - ripe.length)
				.execute();
			return [...ripe, ...ahead].map((row) => row.account_id);
		},

		async claim({ accountId, now, lease, until, early }) {
			const row = await db
				.updateTable(table)
				.set((is) => ({
					lease,
					leased_until: until,
					attempts: is("attempts", "+", 1),
					// Whoever had it before has not come back, so nobody knows what became of that attempt.
					failure: is.case().when("lease", "is", null).then(is.ref("failure")).end(),
					told_at: is.case().when("lease", "is", null).then(is.ref("told_at")).end(),
				}))
				.where("account_id", "=", accountId)
				.where("position", "=", firstPosition(db, table, { accountId, now }))
				.where((is) =>
					is.or([
						is("leased_until", "is", null),
						is("leased_until", "<=", now),
						is("leased_until", ">", now + longestMs),
					]),
				)
				.where((is) =>
					is.or([
						is("next_at", "<=", now),
						is("next_at", ">", now + longestMs),
						...(early ? [is("failure", "!=", settled), is("attempts", "=", 0)] : []),
					]),
				)
				.returning(["position", "kind", "detail", "created_at", "attempts", "failure", "told_at"])
				.executeTakeFirst();
			if (row === undefined) return undefined;
			return {
				...{ accountId, lease, position: row.position, kind: row.kind, detail: row.detail },
				createdAt: row.created_at,
				attempts: row.attempts - 1,
				mayBeUnderWay: row.attempts > 1 && row.failure !== settled,
				isRepeat: row.told_at !== null,
			};
		},

		settle: (task, outcome) => settle(db, table, { task, outcome }),
		overview: () => taskOverview(db, table),
	};
}

async function settle(
	db: Kysely<Database>,
	table: TaskTable,
	{ task, outcome }: { readonly task: Task; readonly outcome: TaskOutcome },
): Promise<void> {
	if (outcome.state === "done") {
		await db
			.deleteFrom(table)
			.where("account_id", "=", task.accountId)
			.where("position", "=", task.position)
			.where("lease", "=", task.lease)
			.execute();
		return;
	}
	const isAnswered = outcome.state === "settling" || outcome.state === "resting";
	const failure = isAnswered ? settled : outcome.failure;
	const told_at = outcome.state === "resting" ? outcome.toldAt : null;
	await db
		.updateTable(table)
		.set({
			...{ lease: null, leased_until: null, failure, told_at },
			...(outcome.state === "refused" ? { refused_at: outcome.at } : { next_at: outcome.nextAt }),
		})
		.where("account_id", "=", task.accountId)
		.where("position", "=", task.position)
		.where("lease", "=", task.lease)
		.execute();
}
