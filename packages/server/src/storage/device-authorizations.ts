import type { Kysely, Selectable } from "kysely";
import type {
	AuthorizationCleanUp,
	DeviceAuthorization,
	DeviceAuthorizationState,
	DeviceAuthorizations,
} from "../authorization/ports.ts";
import type { DeviceAuthorizationsTable } from "./asking-tables.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { ofGeneration } from "./of-generation.ts";
import { stayOf } from "./upstream-stays.ts";

/** Devices that wait to be signed in from elsewhere. Every change of state is one conditional UPDATE. */
export function createDeviceAuthorizations(
	db: Kysely<Database>,
): DeviceAuthorizations & AuthorizationCleanUp["deviceAuthorizations"] {
	return {
		async add(authorization) {
			const added = await db
				.insertInto("device_authorizations")
				.values({
					device_code_hash: authorization.deviceCodeHash,
					user_code_hash: authorization.userCodeHash,
					client_id: authorization.clientId,
					scope: authorization.scope,
					state: "pending",
					interval_ms: authorization.intervalMs,
					created_at: authorization.createdAt,
					expires_at: authorization.expiresAt,
					address: authorization.address ?? null,
					user_agent: authorization.userAgent ?? null,
					login_hint: authorization.loginHint ?? null,
				})
				.onConflict((conflict) => conflict.column("user_code_hash").doNothing())
				.returning("device_code_hash")
				.executeTakeFirst();
			return added !== undefined;
		},

		async find(by) {
			const query = db.selectFrom("device_authorizations").selectAll();
			const row = await ("deviceCodeHash" in by
				? query.where("device_code_hash", "=", by.deviceCodeHash)
				: query.where("user_code_hash", "=", by.userCodeHash)
			).executeTakeFirst();
			return row && fromRow(row);
		},

		async notePoll({ deviceCodeHash, now, toleranceMs, slowerByMs, slowestMs }) {
			const waiting = () =>
				db
					.updateTable("device_authorizations")
					.where("device_code_hash", "=", deviceCodeHash)
					.where("state", "=", "pending");
			const inTime = await waiting()
				.set({ last_polled_at: now, slowed: 0 })
				.where((row) =>
					row.or([
						row("last_polled_at", "is", null),
						// The interval ended at or before now.
						row(row(row.ref("last_polled_at"), "+", row.ref("interval_ms")), "<=", now + toleranceMs),
					]),
				)
				.executeTakeFirstOrThrow();
			if (inTime.numUpdatedRows > 0n) return "in-time";
			await waiting()
				.set((row) => ({ interval_ms: row("interval_ms", "+", slowerByMs), slowed: 1 }))
				.where("slowed", "=", 0)
				.where("interval_ms", "<=", slowestMs - slowerByMs)
				.execute();
			return "too-soon";
		},

		async decide({ userCodeHash, accountId, generation, browser, to, now, expiresAt }) {
			const by = { account_id: accountId, generation };
			const row = await db
				.updateTable("device_authorizations")
				.set({ state: to, ...by, stay: stayOf(db, browser), decided_at: now, expires_at: expiresAt })
				.where("user_code_hash", "=", userCodeHash)
				.where("state", "=", "pending")
				.where("expires_at", ">", now)
				.where(({ exists }) => exists(ofGeneration(db, { accountId, generation })))
				.returningAll()
				.executeTakeFirst();
			return row && fromRow(row);
		},

		async spend({ deviceCodeHash, clientId, sessionId, now }) {
			const spent = await db
				.updateTable("device_authorizations")
				.set({ state: "spent", session_id: sessionId })
				.where("device_code_hash", "=", deviceCodeHash)
				.where("client_id", "=", clientId)
				.where("state", "=", "approved")
				.where("expires_at", ">", now)
				.where(({ exists, ref }) =>
					exists(
						ofGeneration(db, {
							accountId: ref("device_authorizations.account_id").$notNull(),
							generation: ref("device_authorizations.generation").$notNull(),
						}),
					),
				)
				.returning("device_code_hash")
				.executeTakeFirst();
			return spent !== undefined;
		},

		async deleteExpired(before) {
			const result = await db
				.deleteFrom("device_authorizations")
				.where("device_code_hash", "in", (rows) =>
					rows
						.selectFrom("device_authorizations")
						.select("device_authorizations.device_code_hash")
						.where("expires_at", "<", before)
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}

function fromRow(row: Selectable<DeviceAuthorizationsTable>): DeviceAuthorization {
	return {
		clientId: row.client_id,
		scope: row.scope,
		createdAt: row.created_at,
		expiresAt: row.expires_at,
		...(row.address === null ? {} : { address: row.address }),
		...(row.user_agent === null ? {} : { userAgent: row.user_agent }),
		...(row.login_hint === null ? {} : { loginHint: row.login_hint }),
		...(row.stay === null ? {} : { stay: row.stay }),
		...stateOf(row),
	};
}

/** A row whose columns do not fit its state is a fault of this folder; nobody is signed in by it. */
function stateOf({
	state,
	account_id: accountId,
	session_id: sessionId,
}: Selectable<DeviceAuthorizationsTable>): DeviceAuthorizationState {
	if (state === "pending") return { state };
	if (accountId !== null && (state === "approved" || state === "refused")) return { state, accountId };
	if (accountId !== null && sessionId !== null && state === "spent") return { state, accountId, sessionId };
	throw new Error("a device authorization is in no known state");
}
