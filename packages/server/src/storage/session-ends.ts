import { type Kysely, type RawBuilder, sql } from "kysely";
import type { EndCause, EndingSession, EndRules, OverSession, SessionEnds } from "../sessions/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";

/** Sessions that end by themselves. */
export function createSessionEnds(db: Kysely<Database>): SessionEnds {
	return {
		async renew({ sessionId, accountId, seen, madeAt, endsAt }) {
			const row = await db
				.updateTable("sessions")
				.set({ ends_at: endsAt ?? null, token_made_at: madeAt })
				.where("id", "=", sessionId)
				.where("account_id", "=", accountId)
				.where("ended_at", "is", null)
				.where(sql<number>`coalesce(token_made_at, created_at)`, "=", seen)
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async tell(now, rules) {
			const told: EndingSession[] = [];
			for (const cause of causesOf(rules)) told.push(...(await tellOfCause(db, cause, now)));
			return told;
		},

		async over(now, rules) {
			const over: OverSession[] = [];
			for (const { because, applies, end, graceMs } of causesOf(rules)) {
				const rows = await db
					.selectFrom("sessions")
					.select("id")
					.where("ended_at", "is", null)
					.where(sql<boolean>`${applies} AND ${end} <= ${now - graceMs}`)
					.limit(rowsPerBatch)
					.execute();
				over.push(...rows.map(({ id }) => ({ id, because })));
			}
			return over;
		},
	};
}

interface Cause {
	readonly because: EndCause;
	/** Of which sessions it is. */
	readonly applies: RawBuilder<boolean>;
	readonly end: RawBuilder<number>;
	/** From when on the end is told of. */
	readonly toldFrom: RawBuilder<number>;
	/** How long after its end a session stays. */
	readonly graceMs: number;
}

/** Programs with tokens of their own end with those. */
const isApp = sql<boolean>`client_id NOT LIKE 'lasting-token-%'`;

function causesOf({ idleMs, ageMs, told, replacedWithinMs }: EndRules): readonly Cause[] {
	const { longMs, shortMs, shortUpToMs } = told;
	const toldBeforeMs = (lifetimeMs: number) => (lifetimeMs > shortUpToMs ? longMs : shortMs);
	const since = (because: EndCause, column: string, lifetimeMs: number | undefined): readonly Cause[] => {
		if (lifetimeMs === undefined) return [];
		const end = sql<number>`(${sql.ref(column)} + ${sql.lit(lifetimeMs)})`;
		const toldFrom = sql<number>`(${sql.ref(column)} + ${sql.lit(lifetimeMs - toldBeforeMs(lifetimeMs))})`;
		return [{ because, applies: isApp, end, toldFrom, graceMs: 0 }];
	};
	return [
		{
			...{ because: "token", applies: sql<boolean>`ends_at IS NOT NULL`, end: sql<number>`ends_at` },
			// By the time for which the token was made.
			toldFrom: sql<number>`(ends_at - CASE WHEN ends_at - coalesce(token_made_at, created_at) > ${sql.lit(shortUpToMs)}
				THEN ${sql.lit(longMs)} ELSE ${sql.lit(shortMs)} END)`,
			graceMs: replacedWithinMs,
		},
		...since("idle", "last_used_at", idleMs),
		...since("age", "created_at", ageMs),
	];
}

async function tellOfCause(
	db: Kysely<Database>,
	{ because, applies, end, toldFrom }: Cause,
	now: number,
): Promise<readonly EndingSession[]> {
	const isDue = sql<boolean>`ended_at IS NULL AND ${applies} AND ${end} > ${now} AND ${toldFrom} <= ${now}
		AND (end_told_at IS NULL OR end_told_at < ${toldFrom})`;
	const told = await db
		.updateTable("sessions")
		.set({ end_told_at: now })
		.where("id", "in", (some) => some.selectFrom("sessions").select("id").where(isDue).limit(rowsPerBatch))
		// Another server may have told of it since they were found.
		.where(isDue)
		.returning(["id", end.as("ends")])
		.execute();
	if (told.length === 0) return [];
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
			told.map(({ id }) => id),
		)
		.execute();
	const ends = new Map(told.map((row) => [row.id, Number(row.ends)]));
	return rows.map((row) => ({ ...row, because, endsAt: ends.get(row.id) ?? now }));
}
