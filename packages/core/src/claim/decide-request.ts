import { pendingUntil } from "../ask.ts";
import { logLine } from "../events.ts";
import type {
	IdentityEventKind,
	IdentityEvents,
	NewToken,
	RequestMove,
	RequestReads,
	ResetRequests,
} from "../ports.ts";
import type { Transactions } from "../transactions.ts";
import { lifetimes } from "./lifetimes.ts";
import type { ResetRequest } from "./reset-request.ts";

/** The repositories a person's decision touches. */
export interface DecisionUnit {
	readonly requests: ResetRequests;
	readonly events: IdentityEvents;
}

export interface RequestReading {
	readonly requests: RequestReads;
}

/** What is decided is written in a transaction; outside of one, requests are only read. */
export type DecisionStorage = Transactions<DecisionUnit, RequestReading>;

/** A person, signed in at the account page, about one request. */
export interface Decision {
	readonly reference: string;
	readonly accountId: string;
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
 * @param decision.provedAt when the person last entered the password in this browser; must lie within
 *   `lifetimes.proofMs`
 * @param decision.generation the account's generation with which this browser is signed in; the update itself refuses
 *   another one, so that a password changed in the same moment leaves the old browser nothing to approve with
 */
export async function approveRequest(
	storage: DecisionStorage,
	decision: Decision & { readonly provedAt: number; readonly generation: number },
): Promise<DecisionOutcome> {
	const { now } = decision;
	if (now - decision.provedAt > lifetimes.proofMs) {
		const found = await owned(storage.read, decision);
		return { ok: false, reason: found === undefined ? "not-found" : "proof-needed" };
	}
	return decideOwn(storage, decision, async (unit, found) => {
		if (found.state !== "pending" || found.expiresAt <= now) {
			return undefined;
		}
		await withdrawOlderApproval(unit, decision);
		return move(unit, decision, {
			kind: "reset-approved",
			from: ["pending"],
			to: { state: "approved", decidedAt: now, expiresAt: now + lifetimes.approvedMs, failures: 0 },
			whileSignedIn: true,
			generation: decision.generation,
		});
	});
}

/**
 * Refuses a waiting request, or one that was approved and is not yet used. Needs no fresh password: saying no is
 * always safe. It is remembered for `lifetimes.denialMs`, so that an app that polls on is not a new question.
 */
export async function denyRequest(storage: DecisionStorage, decision: Decision): Promise<DecisionOutcome> {
	const { now } = decision;
	return decideOwn(storage, decision, (unit) =>
		move(unit, decision, {
			kind: "reset-denied",
			from: ["pending", "approved"],
			to: { state: "denied", decidedAt: now, expiresAt: now + lifetimes.denialMs, told: false },
		}),
	);
}

/** Puts a refused request back to waiting. Only the signed-in person can; the app cannot. */
export async function reopenRequest(storage: DecisionStorage, decision: Decision): Promise<DecisionOutcome> {
	return decideOwn(storage, decision, (unit, found) =>
		move(unit, decision, {
			kind: "reset-reopened",
			from: ["denied"],
			to: { state: "pending", expiresAt: pendingUntil(found.createdAt, decision.now) },
			whileSignedIn: true,
		}),
	);
}

/** A row as it is to be understood at a moment: what nobody has marked yet may already be over. */
export function requestAt(request: ResetRequest, now: number): ResetRequest {
	const over = (request.state === "pending" || request.state === "approved") && request.expiresAt <= now;
	return over ? { ...request, state: "expired", endedAt: request.expiresAt } : request;
}

/** The frame of every decision: one's own request, one transaction, and the row as it stands where nothing moved. */
async function decideOwn(
	storage: DecisionStorage,
	decision: Decision,
	decide: (unit: DecisionUnit, found: ResetRequest) => Promise<ResetRequest | undefined>,
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
	to: Pick<RequestMove, "from" | "to" | "whileSignedIn" | "generation"> & {
		readonly kind: IdentityEventKind;
	},
): Promise<ResetRequest | undefined> {
	const { kind, ...change } = to;
	const { reference, accountId, now } = decision;
	const moved = await unit.requests.move({ which: { reference, accountId }, now, ...change });
	if (moved !== undefined) {
		await unit.events.record(logLine(kind, decision, decision, moved));
	}
	return moved;
}

async function owned(unit: RequestReading, decision: Decision): Promise<ResetRequest | undefined> {
	const request = await unit.requests.find({ reference: decision.reference });
	return request?.accountId === decision.accountId ? request : undefined;
}

async function withdrawOlderApproval(unit: DecisionUnit, decision: Decision): Promise<void> {
	const { accountId, reference, now } = decision;
	await unit.requests.expire(accountId, now);
	await unit.requests.withdraw(
		{ accountId, exceptReference: reference, only: "approved" },
		"newer-approval",
		now,
	);
}
