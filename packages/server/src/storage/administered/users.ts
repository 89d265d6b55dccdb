import type { AccountId } from "@countersign/core";
import { type Kysely, sql } from "kysely";
import type { AdministeredReads, UserFilter, UserRow } from "../../admin/ports.ts";
import type { Database } from "../database.ts";
import { isOfKind } from "./client-row.ts";
import { type Condition, createListing, holds, literally, never, when } from "./listing.ts";

interface Row {
	readonly id: AccountId;
	readonly localpart: string;
	readonly admin: number;
	readonly created_at: number;
	readonly locked_at: number | null;
	readonly deactivated_at: number | null;
}

export function createUserList(db: Kysely<Database>): AdministeredReads["users"] {
	return createListing<UserFilter, Row, UserRow>(db, {
		from: sql`accounts`,
		columns: sql`id, localpart, admin, created_at, locked_at, deactivated_at`,
		key: ["accounts.id"],
		where: (filter) => [
			...when(filter.isAdmin, (is) => sql`admin = ${Number(is)}`),
			...when(filter.status, (status) => statuses[status]),
			...when(filter.search, isFoundBy),
			...when(filter.activeClients, (ids) => signedIn(sql`AND client_id IN (${sql.join([...ids])})`)),
			...when(filter.hasOAuthSession, (has) => holds(signedIn(sql`AND ${isOfKind.oauth}`), has)),
			...when(filter.hasCompatSession, (has) => holds(signedIn(sql`AND ${isOfKind.compat}`), has)),
			...(filter.isGuest === true ? [never] : []),
		],
		first: ({ search }) =>
			search === undefined ? undefined : sql`lower(accounts.localpart) = ${search.toLowerCase()}`,
		read: (row) => ({
			id: row.id,
			localpart: row.localpart,
			isAdmin: row.admin === 1,
			createdAt: row.created_at,
			lockedAt: row.locked_at,
			deactivatedAt: row.deactivated_at,
		}),
	});
}

const statuses: Readonly<Record<"active" | "locked" | "deactivated", Condition>> = {
	active: sql`locked_at IS NULL AND deactivated_at IS NULL`,
	// Closed ones too: they are when they are opened again.
	locked: sql`locked_at IS NOT NULL`,
	deactivated: sql`deactivated_at IS NOT NULL`,
};

function isFoundBy(search: string): Condition {
	const text = literally(search.toLowerCase());
	const byAddress = sql`id IN (SELECT account_id FROM account_emails 
		WHERE verified_at IS NOT NULL AND address_key LIKE ${`${text}%`} ESCAPE '!')`;
	return sql`(lower(localpart) LIKE ${`%${text}%`} ESCAPE '!' OR ${byAddress})`;
}

function signedIn(more: Condition): Condition {
	return sql`EXISTS (SELECT 1 FROM sessions WHERE sessions.account_id = accounts.id AND ended_at IS NULL ${more})`;
}
