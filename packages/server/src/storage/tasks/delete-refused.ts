import type { Kysely } from "kysely";
import { rowsPerBatch } from "../batch.ts";
import type { Database } from "../database.ts";
import type { TaskTable } from "./tables.ts";

/** Deletes what the receiver refused before that time, of a bounded number of people; returns how many rows went. */
export async function deleteRefused(db: Kysely<Database>, table: TaskTable, before: number): Promise<number> {
	const result = await db
		.deleteFrom(table)
		.where("refused_at", "<", before)
		.where("account_id", "in", (some) =>
			some.selectFrom(table).select("account_id").where("refused_at", "<", before).limit(rowsPerBatch),
		)
		.executeTakeFirst();
	return Number(result.numDeletedRows);
}
