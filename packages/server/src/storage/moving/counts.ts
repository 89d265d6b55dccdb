import { type Kysely, sql } from "kysely";
import type { MovedCounts } from "../../moving/ports.ts";
import type { Database } from "../database.ts";

/** How much of those who moved in there is. */
export async function countMoved(db: Kysely<Database>): Promise<MovedCounts> {
	const sessions = db
		.selectFrom("moved_accounts")
		.innerJoin("sessions", "sessions.account_id", "moved_accounts.account_id")
		.where("sessions.ended_at", "is", null);
	const access = sessions.innerJoin("access_tokens", "access_tokens.session_id", "sessions.id");
	const refresh = sessions
		.innerJoin("refresh_tokens", "refresh_tokens.session_id", "sessions.id")
		.where("refresh_tokens.consumed_at", "is", null);
	const counted = async (query: { executeTakeFirstOrThrow(): Promise<{ count: number | bigint }> }) =>
		Number((await query.executeTakeFirstOrThrow()).count);
	const all = db.fn.countAll<number | bigint>().as("count");
	return {
		people: await counted(db.selectFrom("moved_accounts").select(all)),
		sessions: await counted(sessions.select(all)),
		accessTokens: await counted(access.select(all)),
		refreshTokens: await counted(refresh.select(all)),
	};
}

/** A kind is what a hash begins with: of bcrypt the cost is part of it, of what came from MAS the scheme's number. */
export async function passwordKinds(
	db: Kysely<Database>,
): Promise<readonly { readonly sample: string; readonly people: number }[]> {
	const kind = sql<string>`CASE WHEN password_hash LIKE '$2%' THEN substr(password_hash, 1, 6)
		ELSE substr(password_hash, 1, 13) END`;
	const rows = await db
		.selectFrom("accounts")
		.select((is) => [
			is.fn.countAll<number | bigint>().as("people"),
			is.fn.min<string>("password_hash").as("sample"),
		])
		.where("password_hash", "is not", null)
		.where("deactivated_at", "is", null)
		.groupBy(kind)
		.execute();
	return rows.map(({ sample, people }) => ({ sample, people: Number(people) }));
}

/** Open accounts that have a passkey, or an app that shows one-time codes. */
export async function countTwoFactors(db: Kysely<Database>): Promise<number> {
	const { people } = await db
		.selectFrom("accounts")
		.select((is) => is.fn.countAll<number | bigint>().as("people"))
		.where("deactivated_at", "is", null)
		.where((is) =>
			is.or([
				is("id", "in", is.selectFrom("passkeys").select("account_id")),
				is("id", "in", is.selectFrom("one_time_codes").select("account_id")),
			]),
		)
		.executeTakeFirstOrThrow();
	return Number(people);
}
