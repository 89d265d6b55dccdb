import type { AccountId } from "@countersign/core";
import { type Kysely, sql } from "kysely";
import type { AdministeredReads, UserFilter, UserRow } from "../../admin/ports.ts";
import type { Database } from "../database.ts";
import { isAnyOfKind } from "./client-row.ts";
import { areFew, type Condition, createListing, holds, never, type Purpose, when } from "./listing.ts";
import { createUserSearch } from "./user-search.ts";

interface Row {
	readonly id: AccountId;
	readonly localpart: string;
	readonly admin: number;
	readonly created_at: number;
	readonly locked_at: number | null;
	readonly deactivated_at: number | null;
}

export function createUserList(db: Kysely<Database>): AdministeredReads["users"] {
	const search = createUserSearch(db);
	const signedIn = async (sessions: Condition) => {
		const few = await areFew(db, sql`sessions WHERE ended_at IS NULL AND ${sessions}`);
		return few
			? sql`accounts.id IN (SELECT account_id FROM sessions WHERE ended_at IS NULL AND ${sessions})`
			: sql`EXISTS (SELECT 1 FROM sessions WHERE account_id = accounts.id AND ended_at IS NULL AND ${sessions})`;
	};
	const where = async (filter: UserFilter, purpose: Purpose): Promise<readonly Condition[]> => {
		const { search: text, activeClients, hasOAuthSession, hasCompatSession } = filter;
		return [
			// Written out: of a value that is handed over PostgreSQL does not know that the index is for it.
			...when(filter.isAdmin, (is) => (is ? sql`admin = 1` : sql`admin = 0`)),
			...when(filter.status, (status) => statuses[status]),
			...(text === undefined ? [] : [await search(text, purpose)]),
			...(activeClients === undefined
				? []
				: [await signedIn(sql`client_id IN (${sql.join([...activeClients])})`)]),
			...(hasOAuthSession === undefined
				? []
				: [holds(await signedIn(isAnyOfKind("oauth")), hasOAuthSession)]),
			...(hasCompatSession === undefined
				? []
				: [holds(await signedIn(isAnyOfKind("compat")), hasCompatSession)]),
			...(filter.isGuest === true ? [never] : []),
		];
	};
	return createListing<UserFilter, Row, UserRow>(db, {
		from: sql`accounts`,
		columns: sql`id, localpart, admin, created_at, locked_at, deactivated_at`,
		key: "accounts.id",
		where,
		first(filter) {
			const { search: text, ...rest } = filter;
			// There is an at sign in no name.
			if (text === undefined || text.includes("@")) return undefined;
			return { are: sql`lower(accounts.localpart) = ${text.toLowerCase()}`, rest };
		},
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
