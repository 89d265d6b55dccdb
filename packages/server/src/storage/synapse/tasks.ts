import type { Kysely } from "kysely";
import type {
	HomeserverTask,
	HomeserverTasks,
	TaskOutcome,
	Telling,
} from "../../homeserver/synapse/ports.ts";
import type { CleanUpUnit } from "../../jobs/ports.ts";
import { rowsPerBatch } from "../batch.ts";
import type { Database } from "../database.ts";
import {
	dropResting,
	firstPosition,
	firstTasks,
	longestMs,
	obstaclesTo,
	taskOverview,
} from "./task-queries.ts";
import { parseTelling, tellingRow } from "./telling-row.ts";

/** In the place of a failure: the last attempt was answered, and another one follows. */
const settled = "";

/** The last of these says all there is to say. */
const replacing: readonly Telling["kind"][] = ["set-display-name", "set-locked"];

/** What Synapse still has to be told. The account's rows are numbered anew once all of them are gone. */
export function createHomeserverTasks(
	db: Kysely<Database>,
	changed: (accountId: string) => void,
): HomeserverTasks & CleanUpUnit["homeserverTasks"] {
	return {
		async add({ accountId, telling, now }) {
			const { kind, detail } = tellingRow(telling);
			if (replacing.includes(telling.kind)) await dropUntouched(db, accountId, { kind });
			if (telling.kind === "delete-device") {
				await dropUntouched(db, accountId, { kind, detail });
				await dropResting(db, { accountId, deviceId: telling.deviceId });
			}
			await db
				.insertInto("homeserver_tasks")
				.columns(["account_id", "position", "kind", "detail", "created_at", "attempts", "next_at"])
				.expression((is) =>
					is
						.selectFrom("homeserver_tasks")
						.where("account_id", "=", accountId)
						.select(({ val, fn, lit }) => [
							val(accountId).as("account_id"),
							is(fn.coalesce(fn.max("position"), lit(0)), "+", lit(1)).as("position"),
							val(kind).as("kind"),
							val(detail).as("detail"),
							val(now).as("created_at"),
							lit(0).as("attempts"),
							val(now).as("next_at"),
						]),
				)
				.execute();
			changed(accountId);
		},

		async due(now, limit) {
			const ripe = await firstTasks(db, now).where("task.next_at", "<=", now).limit(limit).execute();
			const ahead = await firstTasks(db, now)
				.where("task.next_at", ">", now + longestMs)
				.limit(limit - ripe.length)
				.execute();
			return [...ripe, ...ahead].map((row) => row.account_id);
		},

		async claim({ accountId, now, lease, until, early }) {
			const row = await db
				.updateTable("homeserver_tasks")
				.set((is) => ({
					lease,
					leased_until: until,
					attempts: is("attempts", "+", 1),
					// Whoever had it before has not come back, so nobody knows what became of that attempt.
					failure: is.case().when("lease", "is", null).then(is.ref("failure")).end(),
					told_at: is.case().when("lease", "is", null).then(is.ref("told_at")).end(),
				}))
				.where("account_id", "=", accountId)
				.where("position", "=", firstPosition(db, accountId, now))
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
			const person = await db
				.selectFrom("accounts")
				.select(["localpart", "display_name"])
				.where("id", "=", accountId)
				.executeTakeFirstOrThrow();
			return {
				accountId,
				lease,
				position: row.position,
				localpart: person.localpart,
				displayName: person.display_name,
				telling: parseTelling(row),
				createdAt: row.created_at,
				attempts: row.attempts - 1,
				mayBeUnderWay: row.attempts > 1 && row.failure !== settled,
				isRepeat: row.told_at !== null,
			};
		},

		settle: (task, outcome) => settle(db, task, outcome),

		async standsAgainst(device) {
			return (await obstaclesTo(db, device).select("position").executeTakeFirst()) !== undefined;
		},

		overview: () => taskOverview(db),

		async deleteRefused(before) {
			const result = await db
				.deleteFrom("homeserver_tasks")
				.where("refused_at", "<", before)
				.where("account_id", "in", (some) =>
					some
						.selectFrom("homeserver_tasks")
						.select("account_id")
						.where("refused_at", "<", before)
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}

/** Those that nobody has tried: what was sent may yet arrive, and then the newer one has to come after it. */
async function dropUntouched(
	db: Kysely<Database>,
	accountId: string,
	{ kind, detail }: { readonly kind: string; readonly detail?: string },
): Promise<void> {
	await db
		.deleteFrom("homeserver_tasks")
		.where("account_id", "=", accountId)
		.where("kind", "=", kind)
		.$call((q) => (detail === undefined ? q : q.where("detail", "=", detail)))
		.where("attempts", "=", 0)
		.execute();
}

async function settle(db: Kysely<Database>, task: HomeserverTask, outcome: TaskOutcome): Promise<void> {
	if (outcome.state === "done") {
		await db
			.deleteFrom("homeserver_tasks")
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
		.updateTable("homeserver_tasks")
		.set({
			...{ lease: null, leased_until: null, failure, told_at },
			...(outcome.state === "refused" ? { refused_at: outcome.at } : { next_at: outcome.nextAt }),
		})
		.where("account_id", "=", task.accountId)
		.where("position", "=", task.position)
		.where("lease", "=", task.lease)
		.execute();
}
