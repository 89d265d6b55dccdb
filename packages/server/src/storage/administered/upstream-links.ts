import type { AccountId } from "@countersign/core";
import { type Kysely, sql } from "kysely";
import type { AdministeredReads, UpstreamLinkFilter, UpstreamLinkRow } from "../../admin/ports.ts";
import type { Database } from "../database.ts";
import { createListing, literally, when } from "./listing.ts";

interface Row {
	readonly told_id: string;
	readonly provider: string;
	readonly subject: string;
	readonly account_id: AccountId;
	readonly name: string | null;
	readonly linked_at: number;
}

export function createUpstreamLinkList(db: Kysely<Database>): AdministeredReads["upstreamLinks"] {
	return createListing<UpstreamLinkFilter, Row, UpstreamLinkRow>(db, {
		from: sql`account_links JOIN accounts ON accounts.id = account_links.account_id`,
		countedIn: () => sql`account_links`,
		columns: sql`told_id, provider, subject, account_id, name, coalesce(linked_at, accounts.created_at) AS linked_at`,
		key: "told_id",
		where: ({ accountId, provider, subject, name }) => [
			...when(accountId, (id) => sql`account_id = ${id}`),
			...when(provider, (name) => sql`provider = ${name}`),
			...when(subject, (text) => sql`subject = ${text}`),
			...when(name, (text) => sql`lower(name) LIKE ${`%${literally(text.toLowerCase())}%`} ESCAPE '!'`),
		],
		read: (row) => ({
			toldId: row.told_id,
			provider: row.provider,
			subject: row.subject,
			accountId: row.account_id,
			name: row.name,
			createdAt: row.linked_at,
		}),
	});
}
