import type { Kysely, Selectable } from "kysely";
import type { AnsweredSso, CompatCleanUp, SsoRequest, SsoRequests } from "../compat/ports.ts";
import type { SsoRequestsTable } from "./asking-tables.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { ofGeneration } from "./of-generation.ts";
import { stayOf } from "./upstream-stays.ts";

/** Requests to sign in through this site. Every change of state is one conditional UPDATE. */
export function createSsoRequests(db: Kysely<Database>): SsoRequests & CompatCleanUp["ssoRequests"] {
	return {
		async add({ id, redirectUrl, action, createdAt, expiresAt }) {
			const times = { created_at: createdAt, expires_at: expiresAt };
			await db
				.insertInto("sso_requests")
				.values({ id, redirect_url: redirectUrl, action, state: "pending", ...times })
				.execute();
		},

		async findPending(id, now) {
			const row = await db
				.selectFrom("sso_requests")
				.selectAll()
				.where("id", "=", id)
				.where("state", "=", "pending")
				.where("expires_at", ">", now)
				.executeTakeFirst();
			return row && fromRow(row);
		},

		async approve({ id, accountId, generation, loginTokenHash, browser, now, expiresAt }) {
			const row = await db
				.updateTable("sso_requests")
				.set({
					state: "approved",
					account_id: accountId,
					generation,
					stay: stayOf(db, browser),
					login_token_hash: loginTokenHash,
					expires_at: expiresAt,
					...{ answered_by: browser, answered_at: now },
				})
				.where("id", "=", id)
				.where("state", "=", "pending")
				.where("expires_at", ">", now)
				.where(({ exists }) => exists(ofGeneration(db, { accountId, generation })))
				.returningAll()
				.executeTakeFirst();
			return row && fromRow(row);
		},

		async deny({ id, browser, now }) {
			const row = await db
				.updateTable("sso_requests")
				.set({ state: "denied", answered_by: browser, answered_at: now })
				.where("id", "=", id)
				.where("state", "=", "pending")
				.where("expires_at", ">", now)
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async findAnswered({ id, browser, since }) {
			const row = await db
				.selectFrom("sso_requests")
				.selectAll()
				.where("id", "=", id)
				.where("answered_by", "=", browser)
				.where("answered_at", ">=", since)
				.executeTakeFirst();
			return row && answeredFromRow(row);
		},

		async findApproved(loginTokenHash, now) {
			const row = await db
				.selectFrom("sso_requests")
				.select(["account_id", "stay"])
				.where("login_token_hash", "=", loginTokenHash)
				.where("state", "=", "approved")
				.where("expires_at", ">", now)
				.executeTakeFirst();
			if (row === undefined || row.account_id === null) return undefined;
			return { accountId: row.account_id, ...(row.stay !== null && { stay: row.stay }) };
		},

		async spend(loginTokenHash, now) {
			const row = await db
				.updateTable("sso_requests")
				.set({ state: "spent" })
				.where("login_token_hash", "=", loginTokenHash)
				.where("state", "=", "approved")
				.where("expires_at", ">", now)
				.where(({ exists, ref }) =>
					exists(
						ofGeneration(db, {
							accountId: ref("sso_requests.account_id").$notNull(),
							generation: ref("sso_requests.generation").$notNull(),
						}),
					),
				)
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async deleteExpired(before) {
			const result = await db
				.deleteFrom("sso_requests")
				.where("id", "in", (rows) =>
					rows
						.selectFrom("sso_requests")
						.select("sso_requests.id")
						.where("expires_at", "<", before)
						.limit(rowsPerBatch),
				)
				.executeTakeFirstOrThrow();
			return Number(result.numDeletedRows);
		},
	};
}

function answeredFromRow(row: Selectable<SsoRequestsTable>): AnsweredSso {
	const { state, redirect_url: redirectUrl, expires_at: expiresAt } = row;
	if (state === "pending") throw new Error("a sign-in by browser is in no known state");
	return { state, redirectUrl, expiresAt };
}

function fromRow(row: Selectable<SsoRequestsTable>): SsoRequest {
	return {
		id: row.id,
		redirectUrl: row.redirect_url,
		action: row.action === "register" ? "register" : "login",
		createdAt: row.created_at,
		expiresAt: row.expires_at,
	};
}
