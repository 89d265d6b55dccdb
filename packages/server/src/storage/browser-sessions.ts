import type { Kysely } from "kysely";
import type { BrowserSessionRecords, PeopleCleanUp } from "../people/ports.ts";
import { accountFromRow } from "./accounts.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { ofGeneration } from "./of-generation.ts";
import { anyNumber, anyText, runPrepared } from "./prepared.ts";
import { toldId } from "./told-ids.ts";
import { stayAt } from "./upstream-stays.ts";

/** In the order in which `add` fills them. */
const columns = [
	"id_hash",
	"told_id",
	"account_id",
	"created_at",
	"proved_at",
	"proved_how",
	"stay",
	"last_seen_at",
	"expires_at",
	"address",
	"user_agent",
] as const;

/** Browsers in which people are signed in. */
export function createBrowserSessionRecords(
	db: Kysely<Database>,
): BrowserSessionRecords & PeopleCleanUp["browserSessions"] {
	return {
		async add(session) {
			const { stay = null } = session;
			const row = await db
				.insertInto("browser_sessions")
				.columns([...columns])
				.expression(
					ofGeneration(db, session)
						.$call((q) => (stay === null ? q : q.where((is) => is.exists(stayAt(db, stay)))))
						.clearSelect()
						.select(({ val }) => [
							val(session.idHash).as("id_hash"),
							val(toldId("browser-session", session.idHash)).as("told_id"),
							"accounts.id as account_id",
							val(session.createdAt).as("created_at"),
							val(session.provedAt).as("proved_at"),
							val(session.provedHow).as("proved_how"),
							val(stay).as("stay"),
							val(session.createdAt).as("last_seen_at"),
							val(session.expiresAt).as("expires_at"),
							val(session.address ?? null).as("address"),
							val(session.userAgent ?? null).as("user_agent"),
						]),
				)
				.returning("id_hash")
				.executeTakeFirst();
			return row !== undefined;
		},

		find: createFind(db),

		async touch(idHash, { now, expiresAt }) {
			await db
				.updateTable("browser_sessions")
				.set({ last_seen_at: now, expires_at: expiresAt })
				.where("id_hash", "=", idHash)
				.where("expires_at", ">", now)
				.execute();
		},

		async isSignedIn({ browser, accountId, generation }, now) {
			const row = await ofGeneration(db, { accountId, generation })
				.innerJoin("browser_sessions", "browser_sessions.account_id", "accounts.id")
				.where("id_hash", "=", browser)
				.where("expires_at", ">", now)
				.where("locked_at", "is", null)
				.where("deactivated_at", "is", null)
				.executeTakeFirst();
			return row !== undefined;
		},

		async list(accountId, { now, limit }) {
			const rows = await db
				.selectFrom("browser_sessions")
				.select(["id_hash", "created_at", "last_seen_at", "address", "user_agent"])
				.where("account_id", "=", accountId)
				.where("expires_at", ">", now)
				.orderBy("last_seen_at", "desc")
				.orderBy("id_hash")
				.limit(limit)
				.execute();
			return rows.map((row) => ({
				idHash: row.id_hash,
				createdAt: row.created_at,
				lastSeenAt: row.last_seen_at,
				...(row.address === null ? {} : { address: row.address }),
				...(row.user_agent === null ? {} : { userAgent: row.user_agent }),
			}));
		},

		async end(idHash, accountId) {
			const row = await db
				.deleteFrom("browser_sessions")
				.where("id_hash", "=", idHash)
				.$call((q) => (accountId === undefined ? q : q.where("account_id", "=", accountId)))
				.returning("id_hash")
				.executeTakeFirst();
			return row !== undefined;
		},

		async endAllOf(accountId, exceptIdHash) {
			const rows = await db
				.deleteFrom("browser_sessions")
				.where("account_id", "=", accountId)
				.$call((q) => (exceptIdHash === undefined ? q : q.where("id_hash", "!=", exceptIdHash)))
				.returning("id_hash")
				.execute();
			return rows.length;
		},

		async deleteExpired(before) {
			const result = await db
				.deleteFrom("browser_sessions")
				.where("id_hash", "in", (rows) =>
					rows
						.selectFrom("browser_sessions")
						.select("browser_sessions.id_hash")
						.where("expires_at", "<", before)
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}

/** Every page asks who looks at it. */
function createFind(db: Kysely<Database>): BrowserSessionRecords["find"] {
	const signedIn = db
		.selectFrom("browser_sessions")
		.innerJoin("accounts", "accounts.id", "browser_sessions.account_id")
		.selectAll("accounts")
		.select([
			"browser_sessions.created_at as started_at",
			"browser_sessions.proved_at",
			"browser_sessions.proved_how",
			"browser_sessions.stay",
			"browser_sessions.last_seen_at",
		])
		.where("id_hash", "=", anyText)
		.where("expires_at", ">", anyNumber)
		.where("locked_at", "is", null)
		.where("deactivated_at", "is", null)
		.compile();
	return async (idHash, now) => {
		const [row] = await runPrepared(db, signedIn, [idHash, now]);
		return (
			row && {
				idHash,
				createdAt: row.started_at,
				provedAt: row.proved_at,
				provedHow: row.proved_how,
				...(row.stay !== null && { stay: row.stay }),
				lastSeenAt: row.last_seen_at,
				account: accountFromRow(row),
			}
		);
	};
}
