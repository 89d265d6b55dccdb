import type { CompiledQuery, Kysely } from "kysely";
import type { NewAccess, StoredAccess, StoredRefresh, TokenBearer, TokenRecords } from "../sessions/ports.ts";
import type { Database } from "./database.ts";
import { deleteConsumed, deleteExpired, keepAccess } from "./token-retention.ts";

/** Access and refresh tokens, by hash. */
export function createTokenRecords(db: Kysely<Database>): TokenRecords {
	const access = accessByHash(db).compile();
	const refresh = refreshByHash(db).compile();
	return {
		async findAccess(hash) {
			const row = await first(db, access, hash);
			return row && storedAccess(row);
		},
		async findRefresh(hash) {
			const row = await first(db, refresh, hash);
			return row && storedRefresh(row);
		},
		addAccess: (token) => addAccess(db, token),
		async addRefresh({ hash, sessionId, createdAt }) {
			const row = { hash, session_id: sessionId, created_at: createdAt, consumed_at: null };
			await db.insertInto("refresh_tokens").values(row).execute();
		},
		async consumeRefresh(hash, now) {
			const row = await db
				.updateTable("refresh_tokens")
				.set({ consumed_at: now })
				.where("hash", "=", hash)
				.where("consumed_at", "is", null)
				.returning("hash")
				.executeTakeFirst();
			return row !== undefined;
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
		keepAccess: (limit) => keepAccess(db, limit),
		async noteFirstUse(hash, at) {
			await db
				.updateTable("access_tokens")
				.set({ first_used_at: at })
				.where("hash", "=", hash)
				.where("first_used_at", "is", null)
				.execute();
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

/** The two lookups by hash are built once: building SQL costs several times what running it does. */
async function first<Row>(
	db: Kysely<Database>,
	query: CompiledQuery<Row>,
	hash: string,
): Promise<Row | undefined> {
	const { rows } = await db.executeQuery<Row>({ ...query, parameters: [hash] });
	return rows[0];
}

/** What stands for an end that does not come, so that a token that lasts is a row like any other. */
const never = Number.MAX_SAFE_INTEGER;
/** The hash of no token. */
const noToken = "";

/** The value the two lookups are compiled with; `first` puts the real one in its place. */
const anyHash = "";

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
		.where("access_tokens.hash", "=", anyHash);
}

function refreshByHash(db: Kysely<Database>) {
	return db
		.selectFrom("refresh_tokens")
		.innerJoin("sessions", "sessions.id", "refresh_tokens.session_id")
		.innerJoin("accounts", "accounts.id", "sessions.account_id")
		.select(bearerColumns)
		.select("refresh_tokens.consumed_at as consumed_at")
		.where("refresh_tokens.hash", "=", anyHash);
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

async function addAccess(db: Kysely<Database>, token: NewAccess): Promise<void> {
	await db
		.insertInto("access_tokens")
		.values({
			hash: token.hash,
			session_id: token.sessionId,
			refresh_hash: token.refreshHash ?? noToken,
			created_at: token.createdAt,
			expires_at: token.expiresAt ?? never,
			first_used_at: null,
		})
		.execute();
}
