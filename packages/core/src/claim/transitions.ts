import type { KeySlot } from "@countersign/protocol";
import type { AccountId } from "../identifiers.ts";
import { isAhead, lifetimes } from "./lifetimes.ts";
import {
	isLive,
	type RequestIdentity,
	type RequestIn,
	type RequestStateName,
	type ResetRequest,
	type WithdrawalReason,
} from "./reset-request.ts";

/** What has to hold of a row in the very statement that moves it. */
export type Condition =
	/** Its time is not over, and an approval was not given in the future: see `isOver`. */
	| "in-time"
	/** Its time is over. */
	| "over"
	/** The session that asked has not ended, and its account is neither locked nor closed. */
	| "signed-in"
	/** The account's generation is the one the browser signed in with; a change of password raises it. */
	| "same-generation"
	/** The time in which the person may object to the approval is over, where there is one. */
	| "usable"
	/** It was approved for any token of its session, or for the very one that is presented. */
	| "its-token"
	/** No other request of the account is being spent. */
	| "nothing-else-spent"
	/** The lease still ends when the mover's ends: who has lost it writes nothing any more. */
	| "lease-held"
	/** Nobody holds it any more. */
	| "lease-over";

interface Transition {
	readonly from: readonly RequestStateName[];
	readonly to: RequestStateName;
	readonly only: readonly Condition[];
}

/**
 * Every way in which a request changes state; there is no other. A row moves if it is in one of the states `from` and
 * everything in `only` holds, all judged by the one statement that writes it, so that of two movers one finds the row
 * moved already. An approval is worth one upload because just two of these lead out of `approved` towards the keys
 * (`spend` and `begin`), and no way leads back from `spent`. Two lead into it by a person's yes: one for whichever token
 * of the session comes, one for the token that the yes buys.
 */
export const transitions = {
	/** The person says yes. */
	approve: { from: ["pending"], to: "approved", only: ["in-time", "signed-in", "same-generation"] },
	/** The same yes, given to an app that steps up: good for the access token that it buys, and for no other. */
	elevate: { from: ["pending"], to: "approved", only: ["in-time", "signed-in", "same-generation"] },
	/** The person says no, also to what was approved and is not used yet. */
	deny: { from: ["pending", "approved"], to: "denied", only: ["in-time"] },
	/** An app without a UIA session is told of the refusal, once. */
	"tell-denial": { from: ["denied"], to: "denied", only: ["in-time"] },
	/** The person takes a refusal back. */
	reopen: { from: ["denied"], to: "pending", only: ["in-time", "signed-in"] },

	/** The keys are written in the same transaction. */
	spend: { from: ["approved"], to: "spent", only: ["in-time", "usable", "signed-in", "its-token"] },

	/** The keys are to go to a homeserver with a storage of its own; nothing is sent yet. */
	begin: {
		from: ["approved"],
		to: "spending",
		only: ["in-time", "usable", "signed-in", "its-token", "nothing-else-spent"],
	},
	/** An app repeats an upload that nobody brought to an end. */
	"take-over": { from: ["spending"], to: "spending", only: ["lease-over", "signed-in"] },
	/** The job does, whoever is signed in: what has begun is completed, what has not is given back. */
	"take-over-to-end": { from: ["spending"], to: "spending", only: ["lease-over"] },
	/** The first key may leave after this, and not before: an approval that is over begins nothing. */
	send: { from: ["spending"], to: "spending", only: ["lease-held", "in-time", "signed-in"] },
	/** Nothing is under way: whoever comes next need not wait for the end of the lease. */
	release: { from: ["spending"], to: "spending", only: ["lease-held"] },
	/** Every key is there. */
	settle: { from: ["spending"], to: "spent", only: ["lease-held"] },
	/** The homeserver said no, or nothing arrived: the approval stands again. */
	"give-back": { from: ["spending"], to: "approved", only: ["lease-held", "signed-in"] },
	/** The same, where another approval or the end of the session leaves it no place. */
	drop: { from: ["spending"], to: "withdrawn", only: ["lease-held"] },
	/** The homeserver said no too often. */
	fail: { from: ["spending"], to: "failed", only: ["lease-held"] },

	/** Nobody answered, or nobody used the answer. */
	expire: { from: ["pending", "approved"], to: "expired", only: ["over"] },
	/** Something else ended it: a sign-out, a lock, a newer approval. Never what is being spent. */
	withdraw: { from: ["pending", "approved"], to: "withdrawn", only: [] },
} as const satisfies Readonly<Record<string, Transition>>;

/** A person, at the account page, about a request of their own. */
interface ByPerson {
	readonly reference: string;
	readonly accountId: AccountId;
	readonly now: number;
}

/** An app that repeats exactly the upload that was approved. */
interface ByUpload extends RequestIdentity {
	/** Hash of the access token it came with. */
	readonly token: string;
	readonly now: number;
}

/** Who holds the lease of a spend. */
interface ByHolder {
	readonly reference: string;
	readonly accountId: AccountId;
	/** When the lease ends that the holder was given. */
	readonly lease: number;
	readonly now: number;
}

/** A move of one request, with what it has to know; nothing of it may be left out. */
export type RequestMove =
	| ({ readonly move: "approve"; readonly generation: number; readonly delayMs: number } & ByPerson)
	| ({
			readonly move: "elevate";
			readonly generation: number;
			readonly token: string;
			/** When the person said yes; the app came for its token later. */
			readonly agreedAt: number;
	  } & ByPerson)
	| ({ readonly move: "deny" } & ByPerson)
	| ({ readonly move: "tell-denial" } & ByPerson)
	| ({ readonly move: "reopen"; readonly expiresAt: number } & ByPerson)
	| ({ readonly move: "spend" } & ByUpload)
	| ({ readonly move: "begin" } & ByUpload)
	| ({ readonly move: "take-over" } & ByPerson)
	| ({ readonly move: "take-over-to-end" } & ByPerson)
	| ({ readonly move: "send"; readonly sending: readonly KeySlot[] } & ByHolder)
	| ({ readonly move: "release" } & ByHolder)
	| ({ readonly move: "settle" } & ByHolder)
	| ({ readonly move: "give-back"; readonly failures: number } & ByHolder)
	| ({ readonly move: "drop"; readonly reason: WithdrawalReason } & ByHolder)
	| ({ readonly move: "fail"; readonly reason: string } & ByHolder);

/** What a move writes. Members it does not name keep their value, so that a spent row still tells when it was approved. */
export interface RequestChange {
	readonly state: RequestStateName;
	readonly expiresAt?: number;
	readonly decidedAt?: number;
	readonly usableFrom?: number;
	readonly endedAt?: number;
	readonly reason?: string;
	readonly failures?: number;
	/** Null: any of the session. */
	readonly onlyToken?: string | null;
	readonly told?: boolean;
	readonly leaseUntil?: number;
	readonly sending?: readonly KeySlot[];
}

/** The row after the move, as far as the move changes it. Lifetimes begin here. */
export function changeOf(move: RequestMove): RequestChange {
	const { now } = move;
	const { to: state } = transitions[move.move];
	switch (move.move) {
		case "approve":
			return { state, ...approved(move), failures: 0, onlyToken: null };
		case "elevate":
			return { state, ...elevated(move) };
		case "deny":
			return { state, decidedAt: now, expiresAt: now + lifetimes.denialMs, told: false };
		case "tell-denial":
			return { state, told: true };
		case "reopen":
			return { state, expiresAt: move.expiresAt };
		case "begin":
			return { state, leaseUntil: now + lifetimes.spendLeaseMs, sending: [] };
		case "take-over":
		case "take-over-to-end":
			return { state, leaseUntil: now + lifetimes.spendLeaseMs };
		case "send":
			return { state, sending: move.sending };
		case "release":
			return { state, leaseUntil: now };
		case "give-back":
			return { state, failures: move.failures };
		case "spend":
		case "settle":
			return { state, endedAt: now };
		case "drop":
		case "fail":
			return { state, endedAt: now, reason: move.reason };
	}
}

/** However long it waits, it is good for as long afterwards as any other. */
function approved({ now, delayMs }: Extract<RequestMove, { move: "approve" }>) {
	const usableFrom = now + delayMs;
	return { decidedAt: now, usableFrom, expiresAt: usableFrom + lifetimes.approvedMs };
}

function elevated({ now, token, agreedAt }: Extract<RequestMove, { move: "elevate" }>) {
	const expiresAt = now + lifetimes.elevatedMs;
	return { decidedAt: agreedAt, usableFrom: now, expiresAt, failures: 0, onlyToken: token };
}

/** Whether an approval is one that its person may still object to, and nobody may use. */
export function waitsForObjections(request: ResetRequest, now: number): boolean {
	return request.state === "approved" && isAhead(request.usableFrom, now);
}

/**
 * Whether its time is over, though nobody may have marked it yet. An approval is over, too, when it seems to have been
 * given in the future: what had expired must not come alive again by a clock stepped back. A refusal is remembered.
 */
export function isOver(
	request: RequestIn<"pending" | "approved" | "spending" | "denied">,
	now: number,
): boolean {
	const approved = request.state === "approved" || request.state === "spending";
	return request.expiresAt <= now || (approved && isAhead(request.decidedAt, now));
}

/** A row as it is to be understood at a moment: what nobody has marked yet may already have expired. */
export function requestAt(request: ResetRequest, now: number): ResetRequest {
	const waits = request.state === "pending" || request.state === "approved";
	return waits && isOver(request, now)
		? { ...request, state: "expired", endedAt: request.expiresAt }
		: request;
}

/** Whether it holds its place at that time, whatever its row says. */
export function isLiveAt(request: ResetRequest, now: number): boolean {
	return isLive(requestAt(request, now));
}
