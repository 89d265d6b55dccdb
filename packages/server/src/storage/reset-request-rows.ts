import type { RequestChange, RequestState, ResetRequest, WithdrawalReason } from "@countersign/core";
import { type KeySlot, keySlots } from "@countersign/protocol";
import type { Selectable, Updateable } from "kysely";
import type { ResetRequestsTable } from "./database.ts";

type Row = Selectable<ResetRequestsTable>;

/** What a move writes. Columns it does not name keep their value. */
export function changedColumns(change: RequestChange): Updateable<ResetRequestsTable> {
	const { state, expiresAt, decidedAt, endedAt, reason, failures, told, leaseUntil, sending } = change;
	const { onlyToken, usableFrom } = change;
	return {
		state,
		...(expiresAt !== undefined && { expires_at: expiresAt }),
		...(decidedAt !== undefined && { decided_at: decidedAt }),
		...(usableFrom !== undefined && { usable_from: usableFrom }),
		...(endedAt !== undefined && { ended_at: endedAt }),
		...(reason !== undefined && { end_reason: reason }),
		...(failures !== undefined && { failures }),
		...(told !== undefined && { denial_told: told ? 1 : 0 }),
		...(leaseUntil !== undefined && { lease_until: leaseUntil }),
		...(sending !== undefined && { sending: JSON.stringify(sending) }),
		...(onlyToken !== undefined && { only_token: onlyToken }),
	};
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
		createdAt: row.created_at,
		lastUploadAt: row.last_upload_at,
		...(row.address !== null && { address: row.address }),
		...(row.user_agent !== null && { userAgent: row.user_agent }),
		...stateOf(row),
	};
}

/**
 * A row without what its state needs is a fault of this folder, and refused: with a time made up for it, an approval
 * would look older or newer than it is.
 */
function stateOf(row: Row): RequestState {
	const { expires_at: expiresAt, failures } = row;
	switch (row.state) {
		case "pending":
			return { state: "pending", expiresAt };
		case "approved":
			return {
				...{ state: "approved", decidedAt: decidedAt(row), usableFrom: usableFrom(row), expiresAt, failures },
				...(row.only_token !== null && { onlyToken: row.only_token }),
			};
		case "spending":
			return {
				...{ state: "spending", decidedAt: decidedAt(row), expiresAt, failures },
				...{ leaseUntil: row.lease_until, sending: sendingOf(row) },
			};
		case "spent":
			return { state: "spent", decidedAt: decidedAt(row), endedAt: endedAt(row) };
		case "denied":
			return { state: "denied", decidedAt: decidedAt(row), expiresAt, told: row.denial_told === 1 };
		case "expired":
			return { state: "expired", endedAt: endedAt(row) };
		case "withdrawn":
			return { state: "withdrawn", endedAt: endedAt(row), reason: parseReason(row) };
		case "failed":
			return { state: "failed", decidedAt: decidedAt(row), endedAt: endedAt(row), reason: endReason(row) };
		default:
			throw new Error(`reset_requests ${row.reference} has no known state: ${row.state}`);
	}
}

function decidedAt(row: Row): number {
	return row.decided_at ?? missing(row, "decided_at");
}

/** What was approved by a server that knew no such time can be used since then. */
function usableFrom(row: Row): number {
	return row.usable_from ?? decidedAt(row);
}

function endedAt(row: Row): number {
	return row.ended_at ?? missing(row, "ended_at");
}

function sendingOf(row: Row): readonly KeySlot[] {
	const names: unknown = JSON.parse(row.sending);
	const slots = keySlots
		.map(({ slot }) => slot)
		.filter((slot) => Array.isArray(names) && names.includes(slot));
	if (!Array.isArray(names) || slots.length !== names.length)
		throw new Error(`reset_requests ${row.reference} sends what no identity holds: ${row.sending}`);
	return slots;
}

function endReason(row: Row): string {
	return row.end_reason ?? missing(row, "end_reason");
}

function missing({ reference, state }: Row, column: keyof Row): never {
	throw new Error(`reset_requests ${reference} is ${state} and has no ${column}`);
}

const reasons: Readonly<Record<WithdrawalReason, true>> = {
	"session-ended": true,
	"newer-approval": true,
	"newer-request": true,
	"account-closed": true,
	"account-locked": true,
	objected: true,
	"password-changed": true,
	"factor-added": true,
	"token-refreshed": true,
	"proof-reset": true,
	"ended-by-operator": true,
};

function parseReason(row: Row): WithdrawalReason {
	const reason = endReason(row);
	if (!isReason(reason))
		throw new Error(`reset_requests ${row.reference} was withdrawn for no known reason: ${reason}`);
	return reason;
}

function isReason(reason: string): reason is WithdrawalReason {
	return Object.hasOwn(reasons, reason);
}
