import type { AccountId, SessionId } from "@countersign/core";
import { isRecord, parseJson } from "@countersign/protocol";
import type { Kysely } from "kysely";
import type { MovedRecords, PersonHere, RefreshHere, SessionHere } from "../../moving/ports.ts";
import type { Database } from "../database.ts";

/** People with their live sessions, and the hashes of all their tokens that are kept. @see MovedRecords.here */
export async function readHere(
	db: Kysely<Database>,
	which: Parameters<MovedRecords["here"]>[0],
): Promise<readonly PersonHere[]> {
	const accounts = await readAccounts(db, which);
	if (accounts.length === 0) return [];
	const ids = accounts.map(({ id }) => id);
	const sessions = Map.groupBy(await readSessions(db, ids), ({ accountId }) => accountId);
	const { access, refresh } = await readTokens(db, ids);
	const sessionOf = (row: SessionRow): SessionHere => {
		const { accountId: _, clientMetadata, ...session } = row;
		return {
			...session,
			clientName: nameIn(clientMetadata),
			access: new Set((access.get(row.id) ?? []).map(({ hash }) => hash)),
			refresh: new Map(
				(refresh.get(row.id) ?? []).map((token) => [token.hash, refreshHere(token, access.get(row.id))]),
			),
		};
	};
	return accounts.map(({ id, ...account }) => ({
		...{ id, localpart: account.localpart, createdAt: account.created_at },
		...{ admin: account.admin === 1, locked: account.locked_at !== null },
		...{ closed: account.deactivated_at !== null, passwordHash: account.password_hash },
		sessions: (sessions.get(id) ?? []).map(sessionOf),
	}));
}

function readAccounts(db: Kysely<Database>, which: Parameters<MovedRecords["here"]>[0]) {
	return db
		.selectFrom("accounts")
		.select(["id", "localpart", "created_at", "admin", "locked_at", "deactivated_at", "password_hash"])
		.$call((query) =>
			"localparts" in which
				? query.where("localpart", "in", [...which.localparts])
				: query
						.where("id", ">", which.after as AccountId)
						.orderBy("id")
						.limit(which.limit),
		)
		.execute();
}

type SessionRow = Awaited<ReturnType<typeof readSessions>>[number];

function readSessions(db: Kysely<Database>, accounts: readonly AccountId[]) {
	return db
		.selectFrom("sessions")
		.innerJoin("clients", "clients.id", "sessions.client_id")
		.leftJoin("devices", (on) =>
			on
				.onRef("devices.account_id", "=", "sessions.account_id")
				.onRef("devices.device_id", "=", "sessions.device_id"),
		)
		.leftJoin("sealed_tokens", "sealed_tokens.session_id", "sessions.id")
		.select([
			"sessions.account_id as accountId",
			"sessions.id",
			"sessions.client_id as clientId",
			"clients.metadata as clientMetadata",
			"sessions.scope",
			"sessions.created_at as createdAt",
			"sessions.last_used_at as lastUsedAt",
			"sessions.last_address as lastAddress",
			"sessions.user_agent as userAgent",
			"sessions.device_id as deviceId",
			"sessions.ends_at as endsAt",
			"devices.display_name as deviceName",
			"sealed_tokens.sealed",
		])
		.where("sessions.account_id", "in", [...accounts])
		.where("sessions.ended_at", "is", null)
		.orderBy("sessions.id")
		.execute();
}

async function readTokens(db: Kysely<Database>, accounts: readonly AccountId[]) {
	const live = db
		.selectFrom("sessions")
		.select("id")
		.where("account_id", "in", [...accounts])
		.where("ended_at", "is", null);
	const access = await db
		.selectFrom("access_tokens")
		.innerJoin("sessions", "sessions.id", "access_tokens.session_id")
		.select(["hash", "session_id", "refresh_hash", "first_used_at"])
		.where("session_id", "in", live)
		// A program's token that another one took the place of is kept to be known, and comes to life nowhere.
		.where((is) => is.or([is("token_made_at", "is", null), is("expires_at", ">", is.ref("token_made_at"))]))
		.execute();
	const refresh = await db
		.selectFrom("refresh_tokens")
		.select(["hash", "session_id", "consumed_at"])
		.where("session_id", "in", live)
		.execute();
	return { access: bySession(access), refresh: bySession(refresh) };
}

function bySession<Row extends { readonly session_id: SessionId }>(
	rows: readonly Row[],
): ReadonlyMap<SessionId, readonly Row[]> {
	return Map.groupBy(rows, ({ session_id: id }) => id);
}

function refreshHere(
	{ hash, consumed_at: consumedAt }: { readonly hash: string; readonly consumed_at: number | null },
	access: readonly { readonly refresh_hash: string; readonly first_used_at: number | null }[] = [],
): RefreshHere {
	const beside = access.filter((token) => token.refresh_hash === hash);
	return {
		isUsed: consumedAt !== null,
		hasArrived: beside.some(({ first_used_at: usedAt }) => usedAt !== null),
	};
}

function nameIn(metadata: string): string | null {
	const parsed = parseJson(metadata);
	const name = parsed.ok && isRecord(parsed.value) ? parsed.value.client_name : undefined;
	return typeof name === "string" ? name : null;
}
