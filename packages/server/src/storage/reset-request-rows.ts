import type { RequestChange, RequestState, ResetRequest, WithdrawalReason } from "@countersign/core";
import type { Selectable, Updateable } from "kysely";
import type { ResetRequestsTable } from "./database.ts";

type Row = Selectable<ResetRequestsTable>;

/** What a move writes. Columns it does not name keep their value. */
export function changedColumns(change: RequestChange): Updateable<ResetRequestsTable> {
	switch (change.state) {
		case "pending":
			return { state: change.state, expires_at: change.expiresAt };
		case "approved":
			return {
				state: change.state,
				failures: change.failures,
				...(change.decidedAt !== undefined && { decided_at: change.decidedAt }),
				...(change.expiresAt !== undefined && { expires_at: change.expiresAt }),
			};
		case "denied":
			return {
				state: change.state,
				denial_told: change.told ? 1 : 0,
				...(change.decidedAt !== undefined && { decided_at: change.decidedAt }),
				...(change.expiresAt !== undefined && { expires_at: change.expiresAt }),
			};
		case "spending":
			return { state: change.state, lease_until: change.leaseUntil };
		case "spent":
			return { state: change.state, ended_at: change.endedAt };
		case "withdrawn":
		case "failed":
			return { state: change.state, ended_at: change.endedAt, end_reason: change.reason };
	}
}

export function fromRow(row: Row): ResetRequest {
	return {
		reference: row.reference,
		uiaSession: row.uia_session,
		accountId: row.account_id,
		sessionId: row.session_id,
		deviceId: row.device_id,
		digest: row.digest,
		keys: JSON.parse(row.keys),
		masterKey: row.master_key,
		createdAt: Number(row.created_at),
		lastUploadAt: Number(row.last_upload_at),
		...(row.address !== null && { address: row.address }),
		...(row.user_agent !== null && { userAgent: row.user_agent }),
		...stateOf(row),
	};
}

function stateOf(row: Row): RequestState {
	const decidedAt = Number(row.decided_at);
	const endedAt = Number(row.ended_at);
	const expiresAt = Number(row.expires_at);
	switch (row.state) {
		case "pending":
			return { state: "pending", expiresAt };
		case "approved":
			return { state: "approved", decidedAt, expiresAt, failures: row.failures };
		case "spending":
			return {
				...{ state: "spending", decidedAt, expiresAt, failures: row.failures },
				leaseUntil: Number(row.lease_until),
			};
		case "spent":
			return { state: "spent", decidedAt, endedAt };
		case "denied":
			return { state: "denied", decidedAt, expiresAt, told: row.denial_told === 1 };
		case "expired":
			return { state: "expired", endedAt };
		case "withdrawn":
			return { state: "withdrawn", endedAt, reason: row.end_reason as WithdrawalReason };
		case "failed":
			return { state: "failed", decidedAt, endedAt, reason: row.end_reason ?? "" };
		default:
			throw new Error(`reset_requests ${row.reference} has no known state: ${row.state}`);
	}
}
