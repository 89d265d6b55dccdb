import type { SessionId } from "@countersign/core";
import type { Kysely } from "kysely";
import type { PersonHere, RefreshHere, SessionHere } from "../../moving/ports.ts";
import type { Database } from "../database.ts";

/** People with their live sessions, and the hashes of all their tokens that are kept. */
export async function readHere(
	db: Kysely<Database>,
	localparts: readonly string[],
): Promise<ReadonlyMap<string, PersonHere>> {
	if (localparts.length === 0) return new Map();
	const accounts = await db
		.selectFrom("accounts")
		.select(["id", "localpart", "admin", "locked_at", "deactivated_at", "password_hash"])
		.where("localpart", "in", [...localparts])
		.execute();
	const sessions = Map.groupBy(await readSessions(db, localparts), ({ localpart }) => localpart);
	const { access, refresh } = await readTokens(db, localparts);
	const sessionOf = ({ id, ...device }: Awaited<ReturnType<typeof readSessions>>[number]): SessionHere => ({
		...{ deviceId: device.deviceId, deviceName: device.deviceName },
		access: new Set((access.get(id) ?? []).map(({ hash }) => hash)),
		refresh: new Map(
			(refresh.get(id) ?? []).map((token) => [token.hash, refreshHere(token, access.get(id))]),
		),
	});
	return new Map(
		accounts.map((account) => [
			account.localpart,
			{
				admin: account.admin === 1,
				locked: account.locked_at !== null,
				passwordHash: account.password_hash,
				sessions: (sessions.get(account.localpart) ?? []).map(sessionOf),
			},
		]),
	);
}

function readSessions(db: Kysely<Database>, localparts: readonly string[]) {
	return db
		.selectFrom("sessions")
		.innerJoin("accounts", "accounts.id", "sessions.account_id")
		.leftJoin("devices", (on) =>
			on
				.onRef("devices.account_id", "=", "sessions.account_id")
				.onRef("devices.device_id", "=", "sessions.device_id"),
		)
		.select([
			"accounts.localpart",
			"sessions.id",
			"sessions.device_id as deviceId",
			"devices.display_name as deviceName",
		])
		.where("accounts.localpart", "in", [...localparts])
		.where("sessions.ended_at", "is", null)
		.execute();
}

async function readTokens(db: Kysely<Database>, localparts: readonly string[]) {
	const live = db
		.selectFrom("sessions")
		.innerJoin("accounts", "accounts.id", "sessions.account_id")
		.select("sessions.id")
		.where("accounts.localpart", "in", [...localparts])
		.where("sessions.ended_at", "is", null);
	const access = await db
		.selectFrom("access_tokens")
		.select(["hash", "session_id", "refresh_hash", "first_used_at"])
		.where("session_id", "in", live)
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
