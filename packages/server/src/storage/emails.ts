import type { Kysely } from "kysely";
import type { EmailRecords } from "../password-links/ports.ts";
import type { Database } from "./database.ts";

/** Addresses of people, as they came along or an operator gave them. */
export function createEmails(db: Kysely<Database>): EmailRecords {
	return {
		async add(accountId, address, at) {
			await db
				.insertInto("account_emails")
				.values({ account_id: accountId, address, added_at: at })
				.onConflict((conflict) => conflict.columns(["account_id", "address"]).doNothing())
				.execute();
		},
	};
}
