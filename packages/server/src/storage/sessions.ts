import type { AccountId, LiveSessions } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { Kysely } from "kysely";
import type {
	EndReason,
	NewSession,
	SessionHolder,
	SessionRecords,
	SessionScope,
	SessionsCleanUp,
	SessionUse,
} from "../sessions/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { anyAccountId, anyNumber, anySessionId, anyText, runPrepared } from "./prepared.ts";
import { isNamed } from "./session-scope.ts";
import { toldId } from "./told-ids.ts";

/** OAuth sessions. */
export function createSessionRecords(
	db: Kysely<Database>,
): SessionRecords & LiveSessions & SessionsCleanUp["sessions"] {
	return {
		holder: (accountId) => holder(db, accountId),
		clientMetadata: (clientId) => clientMetadata(db, clientId),
		add: (session) => add(db, session),
		end: (which, reason, now) => end(db, { which, reason, now }),
		live: (which) => live(db, which),
		touch: createTouch(db),
		deleteEnded: (before, since) => deleteEnded(db, before, since),
		isSignedIn: createIsSignedIn(db),
	};
}

function createIsSignedIn(db: Kysely<Database>): LiveSessions["isSignedIn"] {
	const signedIn = db
		.selectFrom("sessions")
		.innerJoin("accounts", "accounts.id", "sessions.account_id")
		.select("sessions.id")
		.where("sessions.id", "=", anySessionId)
		.where("sessions.account_id", "=", anyAccountId)
		.where("sessions.ended_at", "is", null)
		.where("accounts.locked_at", "is", null)
		.where("accounts.deactivated_at", "is", null)
		.compile();
	return async ({ sessionId, accountId }) =>
		(await runPrepared(db, signedIn, [sessionId, accountId])).length > 0;
}

async function holder(db: Kysely<Database>, accountId: AccountId): Promise<SessionHolder | undefined> {
	const row = await db
		.selectFrom("accounts")
		.select(["localpart", "locked_at", "deactivated_at", "admin"])
		.where("id", "=", accountId)
		.executeTakeFirst();
	if (row === undefined) return undefined;
	return {
		localpart: row.localpart,
		locked: row.locked_at !== null,
		closed: row.deactivated_at !== null,
		admin: row.admin === 1,
	};
}

async function clientMetadata(db: Kysely<Database>, clientId: string): Promise<string | undefined> {
	const row = await db.selectFrom("clients").select("metadata").where("id", "=", clientId).executeTakeFirst();
	return row?.metadata;
}

async function add(db: Kysely<Database>, session: NewSession): Promise<void> {
	await db
		.insertInto("sessions")
		.values({
			id: session.id,
			told_id: toldId("app-session", session.id),
			account_id: session.accountId,
			client_id: session.clientId,
			device_id: session.deviceId,
			scope: session.scope,
			created_at: session.createdAt,
			last_used_at: session.createdAt,
			signed_in_address: session.address ?? null,
			last_address: session.address ?? null,
			user_agent: session.userAgent ?? null,
			ended_at: null,
			end_reason: null,
			device_kept_until: null,
			ends_at: session.endsAt ?? null,
			token_end_told: null,
			idle_end_told: null,
			age_end_told: null,
			token_made_at: null,
			stay: session.stay ?? null,
		})
		.execute();
}

function end(
	db: Kysely<Database>,
	{ which, reason, now }: { readonly which: SessionScope; readonly reason: EndReason; readonly now: number },
) {
	return db
		.updateTable("sessions")
		.set({ ended_at: now, end_reason: reason })
		.where("ended_at", "is", null)
		.where(isNamed(which))
		.returning(["id", "account_id as accountId", "device_id as deviceId"])
		.execute();
}

function live(db: Kysely<Database>, which: { readonly accountId: AccountId; readonly deviceId?: DeviceId }) {
	const { accountId, deviceId } = which;
	return deviceSessions(db)
		.where("sessions.account_id", "=", accountId)
		.where("sessions.ended_at", "is", null)
		.$call((q) => (deviceId === undefined ? q : q.where("sessions.device_id", "=", deviceId)))
		.orderBy("sessions.last_used_at", "desc")
		.orderBy("sessions.id")
		.execute();
}

/** Sessions with their clients, as their owner is shown them. */
export function deviceSessions(db: Kysely<Database>) {
	return db
		.selectFrom("sessions")
		.innerJoin("clients", "clients.id", "sessions.client_id")
		.select([
			"sessions.id as id",
			"sessions.account_id as accountId",
			"sessions.client_id as clientId",
			"clients.metadata as clientMetadata",
			"sessions.device_id as deviceId",
			"sessions.scope as scope",
			"sessions.created_at as createdAt",
			"sessions.last_used_at as lastUsedAt",
			"sessions.signed_in_address as signedInAddress",
			"sessions.last_address as lastAddress",
			"sessions.user_agent as userAgent",
			"sessions.ends_at as endsAt",
			"sessions.token_made_at as tokenMadeAt",
			"sessions.token_end_told as tokenEndTold",
			"sessions.idle_end_told as idleEndTold",
			"sessions.age_end_told as ageEndTold",
		]);
}

function createTouch(db: Kysely<Database>): SessionRecords["touch"] {
	const touch = (values: { last_used_at: number; last_address?: string }) =>
		db
			.updateTable("sessions")
			.set(values)
			.where("id", "=", anySessionId)
			.where("last_used_at", "<=", anyNumber)
			.compile();
	const here = touch({ last_used_at: anyNumber, last_address: anyText });
	const anywhere = touch({ last_used_at: anyNumber });
	return async ({ sessionId, at, address }: SessionUse) => {
		await (address === undefined
			? runPrepared(db, anywhere, [at, sessionId, at])
			: runPrepared(db, here, [at, address, sessionId, at]));
	};
}

async function deleteEnded(db: Kysely<Database>, before: number, since: number): Promise<number> {
	const result = await db
		.deleteFrom("sessions")
		.where("id", "in", (rows) =>
			rows
				.selectFrom("sessions")
				.select("sessions.id")
				.where("ended_at", ">=", since)
				.where("ended_at", "<", before)
				.where((row) =>
					row.not(
						row.or([
							row.exists(
								row
									.selectFrom("reset_requests")
									.select("reference")
									.whereRef("reset_requests.session_id", "=", "sessions.id"),
							),
							row.exists(
								row.selectFrom("access_tokens").select("hash").whereRef("session_id", "=", "sessions.id"),
							),
							row.exists(
								row.selectFrom("refresh_tokens").select("hash").whereRef("session_id", "=", "sessions.id"),
							),
						]),
					),
				)
				.limit(rowsPerBatch),
		)
		.executeTakeFirstOrThrow();
	return Number(result.numDeletedRows);
}
