import type { AccountId } from "@countersign/core";
import { type Kysely, sql } from "kysely";
import type { AdministeredReads, BrowserFilter, BrowserRow } from "../../admin/ports.ts";
import type { Database } from "../database.ts";
import { createListing, when } from "./listing.ts";

interface Row {
	readonly told_id: string;
	readonly id_hash: string;
	readonly account_id: AccountId;
	readonly created_at: number;
	readonly last_seen_at: number;
	readonly expires_at: number;
	readonly address: string | null;
	readonly user_agent: string | null;
}

/** Of one that ended nothing is kept; one that is over is, for a while. */
export function createBrowserList(db: Kysely<Database>): AdministeredReads["browsers"] {
	return createListing<BrowserFilter, Row, BrowserRow>(db, {
		from: sql`browser_sessions`,
		columns: sql`told_id, id_hash, account_id, created_at, last_seen_at, expires_at, address, user_agent`,
		key: "told_id",
		where: (filter) => [
			...when(filter.accountId, (id) => sql`account_id = ${id}`),
			...when(filter.isLive, (is) =>
				is ? sql`expires_at > ${filter.now}` : sql`expires_at <= ${filter.now}`,
			),
			...when(filter.createdBefore, (at) => sql`created_at < ${at}`),
			...when(filter.createdAfter, (at) => sql`created_at > ${at}`),
			...when(filter.usedBefore, (at) => sql`last_seen_at < ${at}`),
			...when(filter.usedAfter, (at) => sql`last_seen_at > ${at}`),
		],
		read: (row) => ({
			toldId: row.told_id,
			idHash: row.id_hash,
			accountId: row.account_id,
			createdAt: row.created_at,
			lastSeenAt: row.last_seen_at,
			expiresAt: row.expires_at,
			address: row.address,
			userAgent: row.user_agent,
		}),
	});
}
