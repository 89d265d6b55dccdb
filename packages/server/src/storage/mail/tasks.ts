import type { AccountId } from "@countersign/core";
import type { Kysely } from "kysely";
import type { Letters, MailTask, NoticesCleanUp } from "../../notices/ports.ts";
import type { TaskLine } from "../../tasks/ports.ts";
import { rowsPerBatch } from "../batch.ts";
import type { Database } from "../database.ts";
import { addTask } from "../tasks/add.ts";
import { createTaskLine } from "../tasks/line.ts";
import { letterRow, parseLetter } from "./letter-row.ts";

const table = "mail_tasks";

/** Letters that wait to be sent. */
export function createMailTasks(
	db: Kysely<Database>,
	changed: (accountId: AccountId) => void,
): TaskLine<MailTask> & Letters & NoticesCleanUp["mailTasks"] {
	const { claim, ...line } = createTaskLine(db, table);
	return {
		...line,

		async add(accountId, letter, now) {
			await addTask(db, table, { accountId, ...letterRow(letter), now });
			changed(accountId);
		},

		async claim(wanted) {
			const claimed = await claim(wanted);
			if (claimed === undefined) return undefined;
			const { kind, detail, ...task } = claimed;
			const { localpart } = await db
				.selectFrom("accounts")
				.select("localpart")
				.where("id", "=", task.accountId)
				.executeTakeFirstOrThrow();
			return { ...task, localpart, letter: parseLetter({ kind, detail }) };
		},

		async deleteBefore(before) {
			const result = await db
				.deleteFrom(table)
				.where("created_at", "<", before)
				.where("account_id", "in", (some) =>
					some.selectFrom(table).select("account_id").where("created_at", "<", before).limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}
