import type { AccountId } from "@countersign/core";
import { type Kysely, sql } from "kysely";
import type { SecurityEvent } from "../audit/ports.ts";
import type { ProofUnit } from "../proofs/ports.ts";
import type { Database } from "./database.ts";
import { rowOf } from "./events.ts";

/**
 * Refused passwords, of people there are and of names that nobody has. Measured: a line that is made and taken back in
 * one transaction takes as long as one that stays; a statement that finds nothing to do does not.
 */
export function createRefusals(
	db: Kysely<Database>,
	/** Told of each line in its transaction, also of one that does not stay: of those nobody is told anything. */
	tell: (event: SecurityEvent) => Promise<void>,
): ProofUnit["refusals"] {
	return {
		async note(event) {
			const { account_id: accountId, ...line } = rowOf(event);
			const columns = Object.keys(line) as (keyof typeof line)[];
			// Where there is no such account it is made in another's log, and gone before anybody can read it.
			const log = sql<AccountId>`coalesce((select id from accounts where id = ${accountId}), (select min(id) from accounts))`;
			await db
				.insertInto("security_events")
				.columns(["account_id", ...columns])
				.expression((make) =>
					make
						.selectFrom("accounts")
						.select((of) => ["accounts.id", ...columns.map((column) => of.val(line[column]).as(column))])
						.where("accounts.id", "=", log),
				)
				.execute();
			await db
				.deleteFrom("security_events")
				.where("id", "=", event.id)
				.where("account_id", "<>", accountId)
				.execute();
			await tell(event);
		},
	};
}
