import { type AccountId, asAccountId } from "@countersign/core";
import type { Kysely } from "kysely";
import type { Letters, MailTask, NoticesCleanUp, QueuedLetter } from "../../notices/ports.ts";
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
	const add = async (accountId: AccountId, letter: QueuedLetter, now: number) => {
		await addTask(db, table, { accountId, ...letterRow(letter), now });
		changed(accountId);
	};
	return {
		...{ ...line, add },

		// Each is a line of its own, in which nothing waits for anything.
		addToNobody: (letter, now) => add(asAccountId(`nobody ${letter.seed}`), letter, now),

		async claim(wanted) {
			const claimed = await claim(wanted);
			if (claimed === undefined) return undefined;
			const { kind, detail, ...task } = claimed;
			const letter = parseLetter({ kind, detail });
			const whose = db.selectFrom("accounts").select("localpart");
			const account = await (letter?.kind === "registration-code"
				? whose
						.innerJoin("account_emails", "account_emails.account_id", "accounts.id")
						.where("account_emails.address_key", "=", letter.key)
						.where("account_emails.verified_at", "is not", null)
				: whose.where("id", "=", task.accountId)
			).executeTakeFirst();
			return { ...task, localpart: account?.localpart, letter };
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
