import type { AccountId, SessionId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { Kysely } from "kysely";
import type {
	AuthenticationEvent,
	SessionsCleanUp,
	StoredAccess,
	StoredRefresh,
	TokenBearer,
	TokenRecords,
} from "../sessions/ports.ts";
import type { Database } from "./database.ts";
import { anyNumber, anySessionId, anyText, type Lookup, runPrepared } from "./prepared.ts";
import { createKeepAccess, deleteConsumed, deleteExpired } from "./token-retention.ts";
import { never, noToken } from "./token-words.ts";

/** Access and refresh tokens, by hash. */
export function createTokenRecords(
	db: Kysely<Database>,
	lookup: Lookup,
): TokenRecords & SessionsCleanUp["tokens"] {
	const writes = compileWrites(db);
	return {
		findAccess: lookup(accessByHash(db).compile(), storedAccess),
		findRefresh: lookup(refreshByHash(db).compile(), storedRefresh),
		async addAccess({ hash, sessionId, refreshHash = noToken, createdAt, expiresAt = never, event }) {
			const values = [hash, sessionId, refreshHash, createdAt, expiresAt, null, ...eventColumns(event)];
			await runPrepared(db, writes.addAccess, values);
		},
		async addRefresh({ hash, sessionId, createdAt }) {
			await runPrepared(db, writes.addRefresh, [hash, sessionId, createdAt, null, null, null]);
		},
		async consumeRefresh(hash, now) {
			return (await runPrepared(db, writes.consumeRefresh, [now, hash])).length > 0;
		},
		async noteLate(hash, now) {
			const noted = await db
				.updateTable("refresh_tokens")
				.set({ late_at: now })
				.where("hash", "=", hash)
				.where("late_at", "is", null)
				.returning("hash")
				.executeTakeFirst();
			return noted !== undefined;
		},
		async anyUsedBeside(refreshHash) {
			const row = await db
				.selectFrom("access_tokens")
				.innerJoin("refresh_tokens", "refresh_tokens.session_id", "access_tokens.session_id")
				.select("access_tokens.hash")
				.where("refresh_tokens.hash", "=", refreshHash)
				.where("access_tokens.refresh_hash", "=", refreshHash)
				.where("access_tokens.first_used_at", "is not", null)
				.executeTakeFirst();
			return row !== undefined;
		},
		keepAccess: createKeepAccess(db),
		async keepSealed(sessionId, sealed) {
			await db.insertInto("sealed_tokens").values({ session_id: sessionId, sealed }).execute();
		},
		async deleteSealedOf(sessionId) {
			await db.deleteFrom("sealed_tokens").where("session_id", "=", sessionId).execute();
		},
		async noteFirstUse(hash, at) {
			await runPrepared(db, writes.noteFirstUse, [at, hash]);
		},
		async deleteAccessOf(sessionId) {
			await db.deleteFrom("access_tokens").where("session_id", "=", sessionId).execute();
		},
		async expireAccessOf(sessionId, now) {
			await db
				.updateTable("access_tokens")
				.set({ expires_at: now })
				.where("session_id", "=", sessionId)
				.where((is) => is.or([is("expires_at", "is", null), is("expires_at", ">", now)]))
				.execute();
		},
		async deleteRefreshOf(sessionId) {
			await db.deleteFrom("refresh_tokens").where("session_id", "=", sessionId).execute();
		},
		deleteExpired: (before, since) => deleteExpired(db, before, since),
		deleteConsumed: (before, since) => deleteConsumed(db, before, since),
	};
}

function eventColumns(event: AuthenticationEvent | undefined) {
	return event === undefined ? [null, null] : [event.acr, event.at];
}

function compileWrites(db: Kysely<Database>) {
	const times = { created_at: anyNumber };
	return {
		addAccess: db
			.insertInto("access_tokens")
			.values({
				...{
					hash: anyText,
					session_id: anySessionId,
					refresh_hash: anyText,
					...times,
					expires_at: anyNumber,
				},
				...{ first_used_at: null, acr: anyText, authenticated_at: anyNumber },
			})
			.compile(),
		addRefresh: db
			.insertInto("refresh_tokens")
			.values({
				...{ hash: anyText, session_id: anySessionId, ...times },
				...{ consumed_at: null, late_at: null, sibling: null },
			})
			.compile(),
		consumeRefresh: db
			.updateTable("refresh_tokens")
			.set({ consumed_at: anyNumber })
			.where("hash", "=", anyText)
			.where("consumed_at", "is", null)
			.returning("hash")
			.compile(),
		noteFirstUse: db
			.updateTable("access_tokens")
			.set({ first_used_at: anyNumber })
			.where("hash", "=", anyText)
			.where("first_used_at", "is", null)
			.compile(),
	};
}

/** The columns of a bearer, and below their values in the same order. */
const bearerColumns = [
	"sessions.id as session_id",
	"sessions.account_id as account_id",
	"sessions.client_id as client_id",
	"sessions.device_id as device_id",
	"sessions.scope as scope",
	"sessions.ended_at as ended_at",
	"sessions.device_kept_until as device_kept_until",
	"accounts.localpart as localpart",
	"accounts.admin as admin",
	"accounts.locked_at as locked_at",
	"accounts.deactivated_at as deactivated_at",
] as const;

type BearerRow = readonly [
	sessionId: SessionId,
	accountId: AccountId,
	clientId: string,
	deviceId: DeviceId,
	scope: string,
	endedAt: number | null,
	deviceKeptUntil: number | null,
	localpart: string,
	admin: number,
	lockedAt: number | null,
	deactivatedAt: number | null,
];

function bearer(row: BearerRow): TokenBearer {
	const [
		sessionId,
		accountId,
		clientId,
		deviceId,
		scope,
		endedAt,
		deviceKeptUntil,
		localpart,
		admin,
		lockedAt,
		deactivatedAt,
	] = row;
	return {
		...{ sessionId, accountId, clientId, deviceId, scope, localpart },
		admin: admin === 1,
		ended: endedAt !== null || deactivatedAt !== null,
		deviceKept: deviceKeptUntil !== null && deactivatedAt === null,
		locked: lockedAt !== null,
	};
}

function accessByHash(db: Kysely<Database>) {
	return db
		.selectFrom("access_tokens")
		.innerJoin("sessions", "sessions.id", "access_tokens.session_id")
		.innerJoin("accounts", "accounts.id", "sessions.account_id")
		.select([
			"access_tokens.created_at as created_at",
			"access_tokens.expires_at as expires_at",
			"access_tokens.first_used_at as first_used_at",
			"access_tokens.acr as acr",
			"access_tokens.authenticated_at as authenticated_at",
			"sessions.last_used_at as last_used_at",
			"sessions.last_address as last_address",
		])
		.select(bearerColumns)
		.where("access_tokens.hash", "=", anyText);
}

type AccessRow = readonly [
	createdAt: number,
	expiresAt: number,
	firstUsedAt: number | null,
	acr: string | null,
	authenticatedAt: number | null,
	lastUsedAt: number,
	lastAddress: string | null,
	...bearer: BearerRow,
];

function storedAccess([
	createdAt,
	expiresAt,
	firstUsedAt,
	acr,
	authenticatedAt,
	lastUsedAt,
	lastAddress,
	...of
]: AccessRow): StoredAccess {
	return {
		...bearer(of),
		createdAt,
		...(expiresAt === never ? {} : { expiresAt }),
		...(acr === null || authenticatedAt === null ? {} : { event: { acr, at: authenticatedAt } }),
		used: firstUsedAt !== null,
		lastUsedAt,
		lastAddress,
	};
}

function refreshByHash(db: Kysely<Database>) {
	return db
		.selectFrom("refresh_tokens")
		.innerJoin("sessions", "sessions.id", "refresh_tokens.session_id")
		.innerJoin("accounts", "accounts.id", "sessions.account_id")
		.select([
			"refresh_tokens.consumed_at as consumed_at",
			"refresh_tokens.late_at as late_at",
			"refresh_tokens.sibling as sibling",
		])
		.select(bearerColumns)
		.where("refresh_tokens.hash", "=", anyText);
}

type RefreshRow = readonly [
	consumedAt: number | null,
	lateAt: number | null,
	sibling: string | null,
	...bearer: BearerRow,
];

function storedRefresh([consumedAt, lateAt, sibling, ...of]: RefreshRow): StoredRefresh {
	return { ...bearer(of), consumedAt, lateAt, sibling };
}
