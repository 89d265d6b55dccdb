import { expireOld, logLine } from "../events.ts";
import type { AccountId } from "../identifiers.ts";
import type {
	ApprovalUnit,
	DecisionStorage,
	DecisionUnit,
	IdentityEventKind,
	NewToken,
	Presence,
	RequestReading,
} from "../ports.ts";
import type { Transactions } from "../transactions.ts";
import { settleHold } from "../undo/settle.ts";
import { isFresh, lifetimes, pendingUntil } from "./lifetimes.ts";
import type { ResetRequest } from "./reset-request.ts";
import { isOver, type RequestMove, requestAt } from "./transitions.ts";

/** A person, signed in at the account page, about one request. */
export interface Decision {
	readonly reference: string;
	readonly accountId: AccountId;
	readonly now: number;
	readonly newToken: NewToken;
	readonly address?: string;
}

export type DecisionOutcome =
	| { readonly ok: true; readonly request: ResetRequest }
	/** Unknown, or somebody else's: the same answer to both. */
	| { readonly ok: false; readonly reason: "not-found" }
	/** The password was entered too long ago. */
	| { readonly ok: false; readonly reason: "proof-needed" }
	/** Not in a state in which this can be decided, or its device has signed out; the row as it stands. */
	| { readonly ok: false; readonly reason: "not-open"; readonly request: ResetRequest };

/**
 * Approves a waiting request. Of parallel decisions one wins, by one conditional update; an older approval of the
 * same person is withdrawn with it, so that there is never more than one.
 *
 * @param given.proof that the person was there; must be recent. The update itself refuses another generation of the
 *   account, so that a password changed in the same moment leaves the old browser nothing to approve with
 * @param given.delayMs how long its person may object before it can be used; 0 where the operator asks for no such time
 */
export async function approveRequest(
	storage: Transactions<ApprovalUnit, RequestReading>,
	given: Omit<Decision, "accountId"> & { readonly proof: Presence; readonly delayMs: number },
): Promise<DecisionOutcome> {
	const { proof, now } = given;
	const decision = { ...given, accountId: proof.accountId };
	if (!isFresh(proof.at, lifetimes.proofMs, now)) {
		const found = await owned(storage.read, decision);
		return { ok: false, reason: found === undefined ? "not-found" : "proof-needed" };
	}
	return decideOwn(storage, decision, async (unit, found) => {
		if (found.state !== "pending" || isOver(found, now)) {
			return undefined;
		}
		// Whoever is signed out in the middle of a slow form has nothing to say any more.
		if (!(await unit.browserSessions.isSignedIn(proof, now))) {
			return undefined;
		}
		await withdrawOlderApproval(unit, decision);
		const { reference, accountId } = decision;
		const { generation } = proof;
		const { delayMs } = given;
		return move(unit, decision, { move: "approve", reference, accountId, generation, delayMs, now });
	});
}

/**
 * Refuses a waiting request, or one that was approved and is not yet used. Needs no fresh password: saying no is
 * always safe. It is remembered for `lifetimes.denialMs`, so that an app that polls on is not a new question.
 */
export async function denyRequest(storage: DecisionStorage, decision: Decision): Promise<DecisionOutcome> {
	const { reference, accountId, now } = decision;
	return decideOwn(storage, decision, async (unit) => {
		const denied = await move(unit, decision, { move: "deny", reference, accountId, now });
		await settleHold(unit, accountId, decision);
		return denied;
	});
}

/** Puts a refused request back to waiting. Only the signed-in person can; the app cannot. */
export async function reopenRequest(storage: DecisionStorage, decision: Decision): Promise<DecisionOutcome> {
	const { reference, accountId, now } = decision;
	return decideOwn(storage, decision, (unit, found) => {
		const expiresAt = pendingUntil(found.createdAt, now);
		return move(unit, decision, { move: "reopen", reference, accountId, expiresAt, now });
	});
}

/** The frame of every decision: one's own request, one transaction, and the row as it stands where nothing moved. */
async function decideOwn<Unit extends DecisionUnit>(
	storage: Transactions<Unit, RequestReading>,
	decision: Decision,
	decide: (unit: Unit, found: ResetRequest) => Promise<ResetRequest | undefined>,
): Promise<DecisionOutcome> {
	return storage.write(async (unit) => {
		const found = await owned(unit, decision);
		if (found === undefined) {
			return { ok: false, reason: "not-found" };
		}
		const request = await decide(unit, found);
		return request === undefined
			? { ok: false, reason: "not-open", request: requestAt(found, decision.now) }
			: { ok: true, request };
	});
}

async function move(
	unit: DecisionUnit,
	decision: Decision,
	made: Extract<RequestMove, { move: keyof typeof kinds }>,
): Promise<ResetRequest | undefined> {
	const moved = await unit.requests.move(made);
	if (moved !== undefined) {
		await unit.events.record(
			logLine(kinds[made.move], { ...decision, actor: { kind: "person" } }, decision, moved),
		);
	}
	return moved;
}

const kinds = {
	approve: "reset-approved",
	deny: "reset-denied",
	reopen: "reset-reopened",
} as const satisfies Readonly<Record<string, IdentityEventKind>>;

async function owned(unit: RequestReading, decision: Decision): Promise<ResetRequest | undefined> {
	const request = await unit.requests.find({ reference: decision.reference });
	return request?.accountId === decision.accountId ? request : undefined;
}

async function withdrawOlderApproval(unit: DecisionUnit, decision: Decision): Promise<void> {
	const { accountId, now } = decision;
	await expireOld(unit, accountId, decision);
	await unit.requests.withdraw({ of: "older-approval", accountId }, "newer-approval", now);
}
