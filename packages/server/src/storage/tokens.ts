import type { Kysely } from "kysely";
import type { StoredAccess, StoredRefresh, TokenBearer, TokenRecords } from "../sessions/ports.ts";
import type { Database } from "./database.ts";
import { anyNumber, anyText, type Lookup, runPrepared } from "./prepared.ts";
import { createKeepAccess, deleteConsumed, deleteExpired } from "./token-retention.ts";

/** Access and refresh tokens, by hash. */
export function createTokenRecords(db: Kysely<Database>, lookup: Lookup): TokenRecords {
	const access = lookup(accessByHash(db).compile());
	const refresh = lookup(refreshByHash(db).compile());
	const writes = compileWrites(db);
	return {
		async findAccess(hash) {
			const row = await access(hash);
			return row && storedAccess(row);
		},
		async findRefresh(hash) {
			const row = await refresh(hash);
			return row && storedRefresh(row);
		},
		async addAccess({ hash, sessionId, refreshHash = noToken, createdAt, expiresAt = never }) {
			const values = [hash, sessionId, refreshHash, createdAt, expiresAt, null];
			await runPrepared(db, writes.addAccess, values);
		},
		async addRefresh({ hash, sessionId, createdAt }) {
			await runPrepared(db, writes.addRefresh, [hash, sessionId, createdAt, null]);
		},
		async consumeRefresh(hash, now) {
			return (await runPrepared(db, writes.consumeRefresh, [now, hash])).length > 0;
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
		async noteFirstUse(hash, at) {
			await runPrepared(db, writes.noteFirstUse, [at, hash]);
		},
		async deleteAccessOf(sessionId) {
			await db.deleteFrom("access_tokens").where("session_id", "=", sessionId).execute();
		},
		async deleteRefreshOf(sessionId) {
			await db.deleteFrom("refresh_tokens").where("session_id", "=", sessionId).execute();
		},
		deleteExpired: (before) => deleteExpired(db, before),
		deleteConsumed: (before) => deleteConsumed(db, before),
	};
}

function compileWrites(db: Kysely<Database>) {
	const times = { created_at: anyNumber };
	return {
		addAccess: db
			.insertInto("access_tokens")
			.values({
				...{ hash: anyText, session_id: anyText, refresh_hash: anyText, ...times, expires_at: anyNumber },
				first_used_at: null,
			})
			.compile(),
		addRefresh: db
			.insertInto("refresh_tokens")
			.values({ hash: anyText, session_id: anyText, ...times, consumed_at: null })
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

/** What stands for an end that does not come, so that a token that lasts is a row like any other. */
const never = Number.MAX_SAFE_INTEGER;
/** The hash of no token. */
const noToken = "";

const bearerColumns = [
	"sessions.id as session_id",
	"sessions.account_id as account_id",
	"sessions.client_id as client_id",
	"sessions.device_id as device_id",
	"sessions.scope as scope",
	"sessions.ended_at as ended_at",
	"accounts.localpart as localpart",
	"accounts.admin as admin",
	"accounts.locked_at as locked_at",
	"accounts.deactivated_at as deactivated_at",
] as const;

function accessByHash(db: Kysely<Database>) {
	return db
		.selectFrom("access_tokens")
		.innerJoin("sessions", "sessions.id", "access_tokens.session_id")
		.innerJoin("accounts", "accounts.id", "sessions.account_id")
		.select(bearerColumns)
		.select([
			"access_tokens.created_at as created_at",
			"access_tokens.expires_at as expires_at",
			"access_tokens.first_used_at as first_used_at",
			"sessions.last_used_at as last_used_at",
			"sessions.last_address as last_address",
		])
		.where("access_tokens.hash", "=", anyText);
}

function refreshByHash(db: Kysely<Database>) {
	return db
		.selectFrom("refresh_tokens")
		.innerJoin("sessions", "sessions.id", "refresh_tokens.session_id")
		.innerJoin("accounts", "accounts.id", "sessions.account_id")
		.select(bearerColumns)
		.select("refresh_tokens.consumed_at as consumed_at")
		.where("refresh_tokens.hash", "=", anyText);
}

type AccessRow = Awaited<ReturnType<ReturnType<typeof accessByHash>["executeTakeFirstOrThrow"]>>;
type RefreshRow = Awaited<ReturnType<ReturnType<typeof refreshByHash>["executeTakeFirstOrThrow"]>>;

function bearer(row: Omit<RefreshRow, "consumed_at">): TokenBearer {
	return {
		sessionId: row.session_id,
		accountId: row.account_id,
		clientId: row.client_id,
		deviceId: row.device_id,
		scope: row.scope,
		localpart: row.localpart,
		admin: row.admin === 1,
		ended: row.ended_at !== null || row.deactivated_at !== null,
		locked: row.locked_at !== null,
	};
}

function storedAccess(row: AccessRow): StoredAccess {
	return {
		...bearer(row),
		createdAt: row.created_at,
		...(row.expires_at === never ? {} : { expiresAt: row.expires_at }),
		used: row.first_used_at !== null,
		lastUsedAt: row.last_used_at,
		lastAddress: row.last_address,
	};
}

function storedRefresh(row: RefreshRow): StoredRefresh {
	return { ...bearer(row), consumedAt: row.consumed_at };
}
