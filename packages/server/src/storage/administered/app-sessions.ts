import type { AccountId, SessionId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import { type Kysely, PostgresAdapter, sql } from "kysely";
import type { AdministeredReads, AppSessionFilter, AppSessionRow } from "../../admin/ports.ts";
import type { Database } from "../database.ts";
import { isAnyOfKind, isOfKind, isOwn, isOwnToken, isStaticClient, kindOf, nameIn } from "./client-row.ts";
import { createListing, holds, when } from "./listing.ts";

interface Row {
	readonly told_id: string;
	readonly id: SessionId;
	readonly account_id: AccountId;
	readonly client_id: string;
	readonly metadata: string;
	readonly device_id: DeviceId | null;
	readonly scope: string;
	readonly created_at: number;
	readonly last_used_at: number;
	readonly last_address: string | null;
	readonly user_agent: string | null;
	readonly ended_at: number | null;
	readonly ends_at: number | null;
	readonly token_made_at: number | null;
}

const columns = sql`told_id, sessions.id AS id, account_id, client_id, metadata, device_id, scope, sessions.created_at AS created_at,
	sessions.last_used_at AS last_used_at, last_address, user_agent, ended_at, ends_at, token_made_at`;

export function createAppSessionList(db: Kysely<Database>): AdministeredReads["appSessions"] {
	// LIKE takes letters of both cases for the same in SQLite; scopes are told apart by them.
	const within = (part: string) =>
		db.getExecutor().adapter instanceof PostgresAdapter
			? sql`strpos(' ' || scope || ' ', ${part}) > 0`
			: sql`instr(' ' || scope || ' ', ${part}) > 0`;
	return createListing<AppSessionFilter, Row, AppSessionRow>(db, {
		from: sql`sessions JOIN clients ON clients.id = sessions.client_id`,
		// Each session has its client, whose row tells only whose app it is.
		countedIn: ({ isStatic }) =>
			isStatic === undefined ? sql`sessions` : sql`sessions JOIN clients ON clients.id = sessions.client_id`,
		columns,
		key: "sessions.told_id",
		where: (filter) => [
			isOneOf(filter) ? isOfKind[filter.kind] : isAnyOfKind(filter.kind),
			...when(filter.id, (id) => sql`sessions.id = ${id}`),
			...when(filter.accountId, (id) => sql`account_id = ${id}`),
			...when(filter.clientIds, (ids) => sql`client_id IN (${sql.join([...ids])})`),
			...when(filter.isStatic, (is) => holds(isStaticClient, is)),
			...(filter.scopes ?? []).map((scope) => within(` ${scope} `)),
			...when(filter.isLive, (is) => holds(sql`ended_at IS NULL`, is)),
			...when(filter.createdBefore, (at) => sql`sessions.created_at < ${at}`),
			...when(filter.createdAfter, (at) => sql`sessions.created_at > ${at}`),
			...when(filter.usedBefore, (at) => sql`sessions.last_used_at < ${at}`),
			...when(filter.usedAfter, (at) => sql`sessions.last_used_at > ${at}`),
			...when(filter.ownerId, (id) => sql`${isOwn} AND account_id = ${id}`),
			...when(filter.hasEnd, (has) => holds(sql`ends_at IS NOT NULL`, has)),
			...when(filter.endsBefore, (at) => sql`ends_at < ${at}`),
			...when(filter.endsAfter, (at) => sql`ends_at > ${at}`),
		],
		read: (row) => ({
			toldId: row.told_id,
			id: row.id,
			accountId: row.account_id,
			clientId: row.client_id,
			kind: kindOf(row.client_id),
			clientName: nameIn(row.metadata),
			deviceId: row.device_id,
			scope: row.scope,
			createdAt: row.created_at,
			lastUsedAt: row.last_used_at,
			lastAddress: row.last_address,
			userAgent: row.user_agent,
			endedAt: row.ended_at,
			endsAt: row.ends_at,
			madeAt: row.token_made_at ?? row.created_at,
			isOwn: isOwnToken(row.client_id),
		}),
	});
}

/** Whether the filter names whose, or of which apps. */
function isOneOf({ id, accountId, ownerId, clientIds }: AppSessionFilter): boolean {
	return [id, accountId, ownerId, clientIds].some((each) => each !== undefined);
}
