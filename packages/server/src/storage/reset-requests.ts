import {
	type Condition,
	changeOf,
	lifetimes,
	liveStates,
	type RequestMove,
	type RequestState,
	type ResetRequests,
	type SessionId,
	transitions,
	type WithdrawalReason,
	type WithdrawalScope,
} from "@countersign/core";
import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import type { UploadsCleanUp } from "../device-signing/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { anyAccountId, anyNumber, anySessionId, anyText, runPrepared } from "./prepared.ts";
import { changedColumns, fromRow } from "./reset-request-rows.ts";

/** Requests to replace keys. Every change of state is one conditional UPDATE. */
export function createResetRequests(db: Kysely<Database>): ResetRequests & UploadsCleanUp["requests"] {
	const withdrawElevation = createWithdrawElevation(db);
	return {
		current: createCurrent(db),

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
				.set(changedColumns(changeOf(move)))
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
			if (which.of === "elevation") return withdrawElevation(which.sessionId, reason, now);
			if (which.of === "account" || which.of === "approvals") {
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
				.set({ state: transitions.withdraw.to, ended_at: now, end_reason: reason })
				.where((eb) => eb.and([eb("state", "in", [...transitions.withdraw.from]), named(eb, which)]))
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
				.set((eb) => ({ state: transitions.expire.to, ended_at: eb.ref("expires_at") }))
				.where("account_id", "=", accountId)
				.where("state", "in", [...transitions.expire.from])
				.where((eb) => eb.not(inTime(eb, now)))
				.returningAll()
				.execute();
			return rows.map(fromRow);
		},

		deleteEnded: (before) => deleteOver(db, before),
		deleteUndecided: (before) => deleteOver(db, before, { undecided: true }),
	};
}

/** Apps that wait ask twice a second. */
function createCurrent(db: Kysely<Database>): ResetRequests["current"] {
	const current = db
		.selectFrom("reset_requests")
		.selectAll()
		.where("account_id", "=", anyAccountId)
		.where("session_id", "=", anySessionId)
		.where("digest", "=", anyText)
		.where(
			"state",
			"in",
			[...liveStates, "denied" as const].map((state) => sql.lit(state)),
		)
		// A live row comes before a denied one; of denied ones the latest counts.
		.orderBy(sql`case when state = 'denied' then 1 else 0 end`)
		.orderBy("decided_at", "desc")
		.compile();
	return async ({ accountId, sessionId, digest }) => {
		const [row] = await runPrepared(db, current, [accountId, sessionId, digest]);
		return row && fromRow(row);
	};
}

/**
 * Asked at every refresh, and there is next to never anything to withdraw. What is being spent goes on as far as
 * something was sent; what was not is out of time.
 */
function createWithdrawElevation(db: Kysely<Database>) {
	const withdrawal = db
		.updateTable("reset_requests")
		.set({
			state: sql`case state when 'approved' then ${sql.lit(transitions.withdraw.to)} else state end`,
			ended_at: sql`case state when 'approved' then ${anyNumber} else ended_at end`,
			end_reason: sql`case state when 'approved' then ${anyText} else end_reason end`,
			expires_at: sql`case state when 'spending' then ${anyNumber} else expires_at end`,
		})
		.where("session_id", "=", anySessionId)
		.where("state", "in", [sql.lit("approved"), sql.lit("spending")])
		.where("only_token", "is not", null)
		.returning("state")
		.compile();
	return async (sessionId: SessionId, reason: WithdrawalReason, now: number): Promise<number> => {
		const rows = await runPrepared(db, withdrawal, [now, reason, now, sessionId]);
		return rows.filter(({ state }) => state === transitions.withdraw.to).length;
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

/** The one place where what the table of transitions asks for becomes SQL. */
function moveApplies(eb: Conditions, move: RequestMove) {
	const { from, only } = transitions[move.move];
	return eb.and([
		eb("account_id", "=", move.accountId),
		...("reference" in move
			? [eb("reference", "=", move.reference)]
			: [eb("session_id", "=", move.sessionId), eb("digest", "=", move.digest)]),
		eb("state", "in", [...from]),
		...only.map((condition) => holds(eb, condition, move)),
	]);
}

function holds(eb: Conditions, condition: Condition, move: RequestMove) {
	switch (condition) {
		case "in-time":
			return inTime(eb, move.now);
		case "over":
			return eb.not(inTime(eb, move.now));
		case "signed-in":
			return eb.exists(signedIn(eb));
		case "same-generation":
			return eb.exists(sameGeneration(eb, move));
		case "usable":
			return usable(eb, move.now);
		case "its-token":
			return eb.or([eb("only_token", "is", null), eb("only_token", "=", tokenOf(move))]);
		case "nothing-else-spent":
			return eb.not(eb.exists(otherSpend(eb)));
		case "lease-over":
			return eb("lease_until", "<=", move.now);
		case "lease-held":
			return eb("lease_until", "=", leaseOf(move));
	}
}

/** As core's `isOver` has it, the other way round. */
function inTime(eb: Conditions, now: number) {
	const approved = eb("state", "in", ["approved", "spending"]);
	return eb.and([
		eb("expires_at", ">", now),
		eb.or([eb.not(approved), eb("decided_at", "<=", now + lifetimes.clockSkewMs)]),
	]);
}

/** As core's `waitsForObjections` has it, the other way round. */
function usable(eb: Conditions, now: number) {
	return eb.or([eb("usable_from", "is", null), eb("usable_from", "<=", now + lifetimes.clockSkewMs)]);
}

function otherSpend(eb: Conditions) {
	return eb
		.selectFrom("reset_requests as other")
		.select("other.reference")
		.whereRef("other.account_id", "=", "reset_requests.account_id")
		.where("other.state", "=", "spending");
}

/** The session has not ended and its account is open: checked in the statement that moves the row, not before it. */
function signedIn(eb: Conditions) {
	return eb
		.selectFrom("sessions")
		.innerJoin("accounts", "accounts.id", "sessions.account_id")
		.select("sessions.id")
		.whereRef("sessions.id", "=", "reset_requests.session_id")
		.where("sessions.ended_at", "is", null)
		.where("accounts.locked_at", "is", null)
		.where("accounts.deactivated_at", "is", null);
}

function sameGeneration(eb: Conditions, move: RequestMove) {
	return eb
		.selectFrom("accounts")
		.select("accounts.id")
		.whereRef("accounts.id", "=", "reset_requests.account_id")
		.where("accounts.generation", "=", generationOf(move));
}

/** A condition that the table asks of a move without what it takes is a fault of the table. */
function generationOf(move: RequestMove): number {
	if ("generation" in move) return move.generation;
	throw new Error(`${move.move} does not know a generation`);
}

function tokenOf(move: RequestMove): string {
	if ("token" in move) return move.token;
	throw new Error(`${move.move} does not know a token`);
}

function leaseOf(move: RequestMove): number {
	if ("lease" in move) return move.lease;
	throw new Error(`${move.move} does not hold a lease`);
}

function named(eb: Conditions, which: Exclude<WithdrawalScope, { of: "elevation" }>) {
	switch (which.of) {
		case "account":
			return eb("account_id", "=", which.accountId);
		case "session":
			return eb("session_id", "=", which.sessionId);
		case "approvals":
		case "older-approval":
			return eb.and([eb("account_id", "=", which.accountId), eb("state", "=", "approved")]);
		case "oldest-pending":
			return eb("reference", "=", oldestPending(eb, which.sessionId));
	}
}

function oldestPending(eb: Conditions, sessionId: SessionId) {
	return eb
		.selectFrom("reset_requests as oldest")
		.select("oldest.reference")
		.where("oldest.session_id", "=", sessionId)
		.where("oldest.state", "=", "pending")
		.orderBy("oldest.created_at")
		.orderBy("oldest.reference")
		.limit(1);
}
