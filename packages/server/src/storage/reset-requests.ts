import {
	liveStates,
	type RequestMove,
	type RequestState,
	type ResetRequests,
	type WithdrawalScope,
} from "@countersign/core";
import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import type { CleanUpUnit } from "../jobs/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { changedColumns, fromRow } from "./reset-request-rows.ts";

/** Requests to replace keys. Every change of state is one conditional UPDATE. */
export function createResetRequests(db: Kysely<Database>): ResetRequests & CleanUpUnit["requests"] {
	return {
		async current({ accountId, sessionId, digest }) {
			const row = await db
				.selectFrom("reset_requests")
				.selectAll()
				.where("account_id", "=", accountId)
				.where("session_id", "=", sessionId)
				.where("digest", "=", digest)
				.where("state", "in", [...liveStates, "denied"])
				// A live row comes before a denied one; of denied ones the latest counts.
				.orderBy((eb) => eb.case().when("state", "=", "denied").then(1).else(0).end())
				.orderBy("decided_at", "desc")
				.executeTakeFirst();
			return row && fromRow(row);
		},

		async find(by) {
			const row = await db
				.selectFrom("reset_requests")
				.selectAll()
				.$call((q) =>
					"reference" in by
						? q.where("reference", "=", by.reference)
						: q.where("uia_session", "=", by.uiaSession),
				)
				.executeTakeFirst();
			return row && fromRow(row);
		},

		async ofAccount(accountId, endedSince) {
			const inStates = (states: readonly RequestState["state"][]) =>
				db
					.selectFrom("reset_requests")
					.selectAll()
					.where("account_id", "=", accountId)
					.where("state", "in", [...states]);
			// One by one, each finds its rows by an index; together they would read all that the person ever asked for.
			const rows = await inStates(liveStates)
				.unionAll(inStates(["denied"]).where("decided_at", ">=", endedSince))
				.unionAll(inStates(endedStates).where("ended_at", ">=", endedSince))
				.execute();
			// Sorted here: for the order a database would read them all.
			return rows.map(fromRow).sort((a, b) => b.createdAt - a.createdAt);
		},

		async askedSince(sessionId, since) {
			const row = await db
				.selectFrom("reset_requests")
				.select((eb) => [
					eb.fn.countAll<number>().filterWhere("created_at", ">", since).as("count"),
					eb.fn.min("created_at").filterWhere("created_at", ">", since).as("oldest_at"),
					eb.fn
						.countAll<number>()
						.filterWhere("state", "in", [...liveStates])
						.as("live"),
				])
				.where("session_id", "=", sessionId)
				.executeTakeFirstOrThrow();
			return {
				count: row.count,
				live: row.live,
				...(row.oldest_at !== null && { oldestAt: row.oldest_at }),
			};
		},

		async add(request) {
			if (request.state !== "pending") {
				throw new Error("a request begins as pending");
			}
			await db
				.insertInto("reset_requests")
				.values({
					reference: request.reference,
					uia_session: request.uiaSession,
					account_id: request.accountId,
					session_id: request.sessionId,
					device_id: request.deviceId,
					digest: request.digest,
					keys: JSON.stringify(request.keys),
					master_key: request.masterKey,
					state: request.state,
					created_at: request.createdAt,
					last_upload_at: request.lastUploadAt,
					expires_at: request.expiresAt,
					failures: 0,
					denial_told: 0,
					address: request.address ?? null,
					user_agent: request.userAgent ?? null,
				})
				.execute();
		},

		async move(move) {
			const row = await db
				.updateTable("reset_requests")
				.set(changedColumns(move.to))
				.where((eb) => moveApplies(eb, move))
				.returningAll()
				.executeTakeFirst();
			return row && fromRow(row);
		},

		async touch(reference, at) {
			await db
				.updateTable("reset_requests")
				.set({ last_upload_at: at.lastUploadAt, expires_at: at.expiresAt })
				.where("reference", "=", reference)
				.where("state", "=", "pending")
				.execute();
		},

		async withdraw(which, reason, now) {
			if ("accountId" in which && which.exceptReference === undefined) {
				await db
					.updateTable("reset_requests")
					.set({ expires_at: now })
					.where("account_id", "=", which.accountId)
					.where("state", "=", "spending")
					.where("expires_at", ">", now)
					.execute();
			}
			const result = await db
				.updateTable("reset_requests")
				.set({ state: "withdrawn" satisfies RequestState["state"], ended_at: now, end_reason: reason })
				.where((eb) => withdrawn(eb, which))
				.executeTakeFirst();
			return Number(result.numUpdatedRows);
		},

		async overdueSpends(now, atMost) {
			const rows = await db
				.selectFrom("reset_requests")
				.selectAll()
				// Written out, not bound: only so does the index of the few that are being spent apply.
				.where("state", "=", sql.lit("spending"))
				.where("lease_until", "<=", now)
				.orderBy("lease_until")
				.limit(atMost)
				.execute();
			return rows.map(fromRow).filter((request) => request.state === "spending");
		},

		async spentAmong(accountId, publicKeys) {
			if (publicKeys.length === 0) return [];
			const rows = await db
				.selectFrom("reset_requests")
				.select("keys")
				.where("account_id", "=", accountId)
				.where("state", "=", "spent")
				.where((eb) => eb.or(publicKeys.map((key) => eb("keys", "like", `%${entryOf(key)}%`))))
				.execute();
			return publicKeys.filter((key) => rows.some(({ keys }) => keys.includes(entryOf(key))));
		},

		async expire(accountId, now) {
			const rows = await db
				.updateTable("reset_requests")
				.set((eb) => ({
					state: "expired" satisfies RequestState["state"],
					ended_at: eb.ref("expires_at"),
				}))
				.where("account_id", "=", accountId)
				.where("state", "in", ["pending", "approved"])
				.where("expires_at", "<=", now)
				.returningAll()
				.execute();
			return rows.map(fromRow);
		},

		deleteEnded: (before) => deleteOver(db, before),
		deleteUndecided: (before) => deleteOver(db, before, { undecided: true }),
	};
}

/** Rows whose time was over before then, a batch of them. */
async function deleteOver(
	db: Kysely<Database>,
	before: number,
	{ undecided = false }: { readonly undecided?: boolean } = {},
): Promise<number> {
	const result = await db
		.deleteFrom("reset_requests")
		.where("reference", "in", (rows) =>
			rows
				.selectFrom("reset_requests")
				.select("reset_requests.reference")
				.where("state", "not in", ["approved", "spending"])
				.where("expires_at", "<", before)
				.$if(undecided, (q) => q.where("decided_at", "is", null))
				.limit(rowsPerBatch),
		)
		.executeTakeFirst();
	return Number(result.numDeletedRows);
}

const endedStates = ["spent", "expired", "withdrawn", "failed"] as const;

/** How a key stands in the text of the keys; a signature made with it looks otherwise. */
function entryOf(publicKey: string): string {
	return `"ed25519:${publicKey}":"${publicKey}"`;
}

type Conditions = ExpressionBuilder<Database, "reset_requests">;

function moveApplies(eb: Conditions, move: RequestMove) {
	const { which } = move;
	const named =
		"reference" in which
			? [eb("reference", "=", which.reference), eb("account_id", "=", which.accountId)]
			: [
					eb("account_id", "=", which.accountId),
					eb("session_id", "=", which.sessionId),
					eb("digest", "=", which.digest),
				];
	return eb.and([
		...named,
		eb("state", "in", [...move.from]),
		...(move.evenExpired === true ? [] : [eb("expires_at", ">", move.now)]),
		...(move.whileSignedIn === true ? [eb.exists(signedIn(eb, move.generation))] : []),
		...(move.lease === "over" ? [eb("lease_until", "<=", move.now)] : []),
		...(typeof move.lease === "number" ? [eb("lease_until", "=", move.lease)] : []),
		...(beginsToSpend(move) ? [eb.not(eb.exists(otherSpend(eb)))] : []),
	]);
}

function beginsToSpend({ from, to }: RequestMove): boolean {
	return to.state === "spending" && !from.includes("spending");
}

function otherSpend(eb: Conditions) {
	return eb
		.selectFrom("reset_requests as other")
		.select("other.reference")
		.whereRef("other.account_id", "=", "reset_requests.account_id")
		.where("other.state", "=", "spending");
}

/** The session has not ended and its account is open: checked in the statement that moves the row, not before it. */
function signedIn(eb: Conditions, generation: number | undefined) {
	return eb
		.selectFrom("sessions")
		.innerJoin("accounts", "accounts.id", "sessions.account_id")
		.select("sessions.id")
		.whereRef("sessions.id", "=", "reset_requests.session_id")
		.where("sessions.ended_at", "is", null)
		.where("accounts.locked_at", "is", null)
		.where("accounts.deactivated_at", "is", null)
		.$call((q) => (generation === undefined ? q : q.where("accounts.generation", "=", generation)));
}

function withdrawn(eb: Conditions, which: WithdrawalScope) {
	if ("oldestPendingOf" in which) {
		return eb(
			"reference",
			"=",
			eb
				.selectFrom("reset_requests as oldest")
				.select("oldest.reference")
				.where("oldest.session_id", "=", which.oldestPendingOf)
				.where("oldest.state", "=", "pending")
				.orderBy("oldest.created_at")
				.orderBy("oldest.reference")
				.limit(1),
		);
	}
	if ("sessionId" in which) {
		return eb.and([eb("session_id", "=", which.sessionId), eb("state", "in", ["pending", "approved"])]);
	}
	return eb.and([
		eb("account_id", "=", which.accountId),
		eb("state", "in", which.only === undefined ? ["pending", "approved"] : [which.only]),
		...(which.exceptReference === undefined ? [] : [eb("reference", "!=", which.exceptReference)]),
	]);
}
