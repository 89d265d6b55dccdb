import type { AccountId } from "@countersign/core";
import { type Kysely, sql } from "kysely";
import type { AdministeredReads, EmailFilter, EmailRow } from "../../admin/ports.ts";
import type { Database } from "../database.ts";
import { createListing, when } from "./listing.ts";

interface Row {
	readonly told_id: string;
	readonly account_id: AccountId;
	readonly address_key: string;
	readonly address: string;
	readonly added_at: number;
}

/** Those that are somebody's: what nobody has confirmed is not. */
export function createEmailList(db: Kysely<Database>): AdministeredReads["emails"] {
	return createListing<EmailFilter, Row, EmailRow>(db, {
		from: sql`(SELECT * FROM account_emails WHERE verified_at IS NOT NULL) AS owned`,
		columns: sql`told_id, account_id, address_key, address, added_at`,
		key: "told_id",
		where: ({ accountId, key }) => [
			...when(accountId, (id) => sql`account_id = ${id}`),
			...when(key, (text) => sql`address_key = ${text}`),
		],
		read: (row) => ({
			toldId: row.told_id,
			accountId: row.account_id,
			key: row.address_key,
			address: row.address,
			addedAt: row.added_at,
		}),
	});
}
