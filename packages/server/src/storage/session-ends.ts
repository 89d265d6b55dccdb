import type { SessionId } from "@countersign/core";
import { type Kysely, type RawBuilder, sql } from "kysely";
import type { DueSession, EndCause, EndingSession, EndRules, SessionEnds } from "../sessions/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";

/** Sessions that end by themselves. */
export function createSessionEnds(db: Kysely<Database>): SessionEnds {
	const find = async (cause: Cause, is: RawBuilder<boolean>, among?: readonly SessionId[]) => {
		const rows = await db
			.selectFrom("sessions")
			.select("id")
			.where("ended_at", "is", null)
			.where(sql<boolean>`${cause.applies} AND ${is} AND ${notLocked}`)
			.$if(among !== undefined, (some) => some.where("id", "in", among ?? []))
			.limit(rowsPerBatch)
			.execute();
		return rows.map(({ id }) => ({ id, because: cause.because }));
	};
	return {
		async renew({ sessionId, accountId, seen, madeAt, endsAt }) {
			const row = await db
				.updateTable("sessions")
				.set({ ends_at: endsAt ?? null, token_made_at: madeAt, token_end_told: null })
				.where("id", "=", sessionId)
				.where("account_id", "=", accountId)
				.where("ended_at", "is", null)
				.where(sql<number>`coalesce(token_made_at, created_at)`, "=", seen)
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async untold(now, rules) {
			const found = [];
			for (const cause of causesOf(rules)) found.push(...(await find(cause, isUntold(cause, now, rules))));
			return found;
		},

		async tell(among, now, rules) {
			const told: EndingSession[] = [];
			for (const cause of causesOf(rules)) {
				const ids = idsOf(among, cause);
				if (ids.length > 0) told.push(...(await tellOfCause(db, { cause, ids, now, rules })));
			}
			return told;
		},

		async over(now, rules, among) {
			const over = [];
			for (const cause of causesOf(rules)) {
				const ids = among && idsOf(among, cause);
				if (ids?.length !== 0) over.push(...(await find(cause, isOver(cause, now, rules), ids)));
			}
			return over;
		},
	};
}

type ToldColumn = "token_end_told" | "idle_end_told" | "age_end_told";

interface Cause {
	readonly because: EndCause;
	/** Of which sessions it is. */
	readonly applies: RawBuilder<boolean>;
	readonly end: RawBuilder<number>;
	/** Whether the person is to be told by now. */
	readonly isNear: (now: number) => RawBuilder<boolean>;
	/** Whether the end was told of: only this end, of this cause. */
	readonly told: ToldColumn;
	/** How long the session stays at least, once its person was told. */
	readonly noticeMs: number;
	/** How long after its end a session stays. */
	readonly graceMs: number;
}

function idsOf(among: readonly DueSession[], cause: Cause) {
	return among.filter(({ because }) => because === cause.because).map(({ id }) => id);
}

/** Programs with tokens of their own end with those. */
const isApp = sql<boolean>`client_id NOT LIKE 'lasting-token-%'`;

/** Whose account is locked can use nothing, and is to find all of it when that is over. */
const notLocked = sql<boolean>`NOT EXISTS (
	SELECT 1 FROM accounts WHERE accounts.id = sessions.account_id AND accounts.locked_at IS NOT NULL)`;

function causesOf({ idleMs, ageMs, told, replacedWithinMs }: EndRules): readonly Cause[] {
	const { longMs, shortMs, shortUpToMs } = told;
	const noticeOf = (lifetimeMs: number) => (lifetimeMs > shortUpToMs ? longMs : shortMs);
	const since = (
		{ because, column, told }: Pick<Cause, "because" | "told"> & { readonly column: string },
		lifetimeMs: number | undefined,
	): readonly Cause[] => {
		if (lifetimeMs === undefined) return [];
		const end = sql<number>`(${sql.ref(column)} + ${sql.lit(lifetimeMs)})`;
		// The column alone on its side, so that the index is used.
		const isNear = (now: number) =>
			sql<boolean>`${sql.ref(column)} <= ${now - lifetimeMs + noticeOf(lifetimeMs)}`;
		return [{ because, told, applies: isApp, end, isNear, noticeMs: shortMs, graceMs: 0 }];
	};
	return [
		{
			...{ because: "token", told: "token_end_told", applies: sql<boolean>`ends_at IS NOT NULL` },
			end: sql<number>`ends_at`,
			// By the time for which the token was made.
			isNear: (now) => sql<boolean>`ends_at <= ${now + longMs} AND (ends_at <= ${now + shortMs}
				OR ends_at - coalesce(token_made_at, created_at) > ${sql.lit(shortUpToMs)})`,
			// The token ends when it ends; the session stays for long enough.
			noticeMs: 0,
			graceMs: replacedWithinMs,
		},
		...since({ because: "idle", column: "last_used_at", told: "idle_end_told" }, idleMs),
		...since({ because: "age", column: "created_at", told: "age_end_told" }, ageMs),
	];
}

/** Nothing was told of this end, or so long ago that it came and went without one: a rule that was off for a while. */
function isUntold({ told, end, isNear, graceMs }: Cause, now: number, rules: EndRules): RawBuilder<boolean> {
	const promised = sql.ref(told);
	return sql<boolean>`(${isNear(now)} AND (${promised} IS NULL OR ${promised} < ${end}
		OR ${promised} <= ${now - graceMs - rules.told.longMs}))`;
}

/** A later use, or a later end, leaves what was told of an earlier one behind: it says nothing of this one. */
function isOver({ told, end, graceMs }: Cause, now: number, rules: EndRules): RawBuilder<boolean> {
	const promised = sql.ref(told);
	return sql<boolean>`(${promised} >= ${end} AND ${promised} <= ${now - graceMs}
		AND ${promised} > ${now - graceMs - rules.told.longMs})`;
}

interface Telling {
	readonly cause: Cause;
	readonly ids: readonly SessionId[];
	readonly now: number;
	readonly rules: EndRules;
}

async function tellOfCause(
	db: Kysely<Database>,
	{ cause, ids, now, rules }: Telling,
): Promise<readonly EndingSession[]> {
	const { because, applies, end, told, noticeMs } = cause;
	const earliest = now + noticeMs;
	const marked = await db
		.updateTable("sessions")
		.set({ [told]: sql<number>`CASE WHEN ${end} > ${earliest} THEN ${end} ELSE ${earliest} END` })
		.where("id", "in", ids)
		.where("ended_at", "is", null)
		// Another server may have told of it since they were found, and a use may have put it off.
		.where(sql<boolean>`${applies} AND ${isUntold(cause, now, rules)} AND ${notLocked}`)
		.returning([
			"id",
			sql<number>`CASE WHEN ${sql.lit(because)} = 'token' THEN ${end} ELSE ${sql.ref(told)} END`.as("ends"),
		])
		.execute();
	if (marked.length === 0) return [];
	const rows = await db
		.selectFrom("sessions")
		.innerJoin("clients", "clients.id", "sessions.client_id")
		.select([
			...(["sessions.id", "account_id as accountId", "device_id as deviceId"] as const),
			"clients.metadata as clientMetadata",
		])
		.where(
			"sessions.id",
			"in",
			marked.map(({ id }) => id),
		)
		.execute();
	const ends = new Map(marked.map((row) => [row.id, Number(row.ends)]));
	return rows.map((row) => ({ ...row, because, endsAt: ends.get(row.id) ?? now }));
}
