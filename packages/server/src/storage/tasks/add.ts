import type { AccountId } from "@countersign/core";
import type { Kysely } from "kysely";
import type { Database } from "../database.ts";
import type { TaskTable } from "./tables.ts";

/** Adds a task behind those of the account. Its rows are numbered anew once all of them are gone. */
export async function addTask(
	db: Kysely<Database>,
	table: TaskTable,
	task: {
		readonly accountId: AccountId;
		readonly kind: string;
		readonly detail: string;
		readonly now: number;
	},
): Promise<void> {
	const { accountId, kind, detail, now } = task;
	await db
		.insertInto(table)
		.columns(["account_id", "position", "kind", "detail", "created_at", "attempts", "next_at"])
		.expression((is) =>
			is
				.selectFrom(table)
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
}

/** Drops those that nobody has tried: what was sent may yet arrive, and then a newer one has to come after it. */
export async function dropUntouched(
	db: Kysely<Database>,
	table: TaskTable,
	which: { readonly accountId: AccountId; readonly kind: string; readonly detail?: string },
): Promise<void> {
	const { accountId, kind, detail } = which;
	await db
		.deleteFrom(table)
		.where("account_id", "=", accountId)
		.where("kind", "=", kind)
		.$call((q) => (detail === undefined ? q : q.where("detail", "=", detail)))
		.where("attempts", "=", 0)
		.execute();
}
