import { type Kysely, sql } from "kysely";
import type { TokenRecords } from "../sessions/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { anyNumber, anySessionId, anyText, runPrepared } from "./prepared.ts";

/** @see TokenRecords.keepAccess */
export function createKeepAccess(db: Kysely<Database>): TokenRecords["keepAccess"] {
	const rank = sql<number>`case when hash = ${anyText} then 0 when expires_at <= ${anyNumber} then 3 when first_used_at is not null then 1 else 2 end`;
	const query = db
		.deleteFrom("access_tokens")
		.where("session_id", "=", anySessionId)
		.where("hash", "not in", (tokens) =>
			tokens
				.selectFrom("access_tokens")
				.select("hash")
				.where("session_id", "=", anySessionId)
				.orderBy(rank)
				.orderBy("created_at", "desc")
				.orderBy("hash")
				.limit(anyNumber),
		)
		.compile();
	return async ({ sessionId, newest, keep, now }) => {
		await runPrepared(db, query, [sessionId, sessionId, newest, now, keep]);
	};
}

/** @see SessionsCleanUp.tokens.deleteExpired */
export async function deleteExpired(db: Kysely<Database>, before: number, since: number): Promise<number> {
	const result = await db
		.deleteFrom("access_tokens")
		.where("hash", "in", (rows) =>
			rows
				.selectFrom("access_tokens")
				.select("access_tokens.hash")
				.where("expires_at", ">=", since)
				.where("expires_at", "<", before)
				// Of a program: known as long as its session, also where another one took its place.
				.where((row) =>
					row.not(
						row.exists(
							row
								.selectFrom("sessions")
								.select("sessions.id")
								.whereRef("sessions.id", "=", "access_tokens.session_id")
								.where("sessions.client_id", "like", "lasting-token-%")
								.where("sessions.ended_at", "is", null),
						),
					),
				)
				.where((row) =>
					row.or([
						row("first_used_at", "is", null),
						row.not(
							row.exists(
								row
									.selectFrom("refresh_tokens")
									.select("refresh_tokens.hash")
									.whereRef("refresh_tokens.hash", "=", "access_tokens.refresh_hash")
									.where("refresh_tokens.consumed_at", "is", null),
							),
						),
					]),
				)
				.limit(rowsPerBatch),
		)
		.executeTakeFirstOrThrow();
	return Number(result.numDeletedRows);
}

/** @see SessionsCleanUp.tokens.deleteConsumed */
export async function deleteConsumed(db: Kysely<Database>, before: number, since: number): Promise<number> {
	const result = await db
		.deleteFrom("refresh_tokens")
		.where("hash", "in", (rows) =>
			rows
				.selectFrom("refresh_tokens")
				.select("refresh_tokens.hash")
				.where("consumed_at", ">=", since)
				.where("consumed_at", "<", before)
				.where("consumed_at", "<", (tokens) =>
					tokens
						.selectFrom("refresh_tokens as other")
						.select((other) => other.fn.max("other.consumed_at").as("latest"))
						.whereRef("other.session_id", "=", "refresh_tokens.session_id"),
				)
				.limit(rowsPerBatch),
		)
		.executeTakeFirstOrThrow();
	return Number(result.numDeletedRows);
}
