import type { KeySlot } from "@countersign/protocol";
import { limits } from "./claim/lifetimes.ts";
import type { RequestIdentity, RequestIn, ResetRequest } from "./claim/reset-request.ts";
import type { RequestMove } from "./claim/transitions.ts";
import { logLine, type Moment } from "./events.ts";
import type { DecisionStorage, DecisionUnit, IdentityActor, NewToken } from "./ports.ts";
import { noteReplaced } from "./undo/settle.ts";

/** What a homeserver with a storage of its own made of an approved upload. */
export type HomeserverAnswer =
	| { readonly answer: "stored" }
	/** It said no; the approval stands, a few times. */
	| { readonly answer: "refused"; readonly reason: string }
	/** Its keys show that nothing of it arrived: the approval stands as it was. */
	| { readonly answer: "not-stored" };

/**
 * Takes an approval in order to send its keys to a homeserver that does not share our transaction: one conditional
 * update, so that of parallel retries one goes on, and on no more than one request of a person at a time.
 * `undefined`: there was no approval to take, or it is for another token than `by.token`, a hash.
 *
 * After it the row stays `spending`, through a crash too, until `settleSpend` is told what the homeserver's own keys
 * show; a timer never decides it. Until the lease is over nobody else sends.
 */
export function beginSpend(
	storage: DecisionStorage,
	identity: RequestIdentity,
	by: { readonly token: string; readonly now: number },
): Promise<RequestIn<"spending"> | undefined> {
	return moveSpend(storage, { move: "begin", ...identity, ...by });
}

/**
 * Takes over a spend that nobody brought to an end. `undefined`: somebody holds it, or it has ended.
 * @param how.move `take-over` refuses unless the session that asked still stands: for sending again in its name
 */
export function resumeSpend(
	storage: DecisionStorage,
	{ reference, accountId }: RequestIn<"spending">,
	how: { readonly now: number; readonly move: "take-over" | "take-over-to-end" },
): Promise<RequestIn<"spending"> | undefined> {
	return moveSpend(storage, { move: how.move, reference, accountId, now: how.now });
}

/**
 * Writes down what has to be sent, before the first key leaves. `undefined`: nothing may leave, for the approval or
 * its session is over, or the lease is somebody else's.
 */
export function noteSending(
	storage: DecisionStorage,
	request: RequestIn<"spending">,
	how: { readonly now: number; readonly sending: readonly KeySlot[] },
): Promise<RequestIn<"spending"> | undefined> {
	return moveSpend(storage, { move: "send", ...held(request), ...how });
}

/**
 * Lets go of a spend of which nothing is under way: whoever comes next takes it over at once, instead of waiting for
 * the end of the lease.
 */
export async function releaseSpend(
	storage: DecisionStorage,
	request: RequestIn<"spending">,
	now: number,
): Promise<void> {
	await moveSpend(storage, { move: "release", ...held(request), now });
}

/**
 * Writes down what became of a spend. `undefined`: the lease is somebody else's by now, or it is settled already.
 * @param settled.actor whose upload it was, where that is known
 */
export async function settleSpend(
	storage: DecisionStorage,
	request: RequestIn<"spending">,
	settled: HomeserverAnswer & {
		readonly now: number;
		readonly newToken: NewToken;
		readonly actor: IdentityActor;
	},
): Promise<ResetRequest | undefined> {
	return storage.write(async (unit) => {
		const after =
			settled.answer === "stored"
				? await end(unit, request, settled)
				: await takeBack(unit, request, settled);
		const kind = events[settled.answer];
		const actor = settled.answer === "refused" ? homeserver : settled.actor;
		if (after !== undefined && kind !== undefined) {
			await unit.events.record(logLine(kind, { ...request, actor }, settled, after));
		}
		return after;
	});
}

/** What its device took away on the way is gone with it, in the same transaction. */
async function end(
	unit: DecisionUnit,
	request: RequestIn<"spending">,
	at: Moment,
): Promise<ResetRequest | undefined> {
	const after = await unit.requests.move({ move: "settle", ...held(request), now: at.now });
	const { accountId, deviceId } = request;
	if (after !== undefined) await noteReplaced(unit, { ...at, accountId, deviceId });
	return after;
}

/** The server's own knowledge of it comes from the homeserver's keys. */
export const homeserver: IdentityActor = { kind: "server", because: "homeserver" };

const events = { stored: "identity-replaced", refused: "reset-refused", "not-stored": undefined } as const;

/** The approval stands again, unless it has failed too often, a newer one took its place, or its session is over. */
async function takeBack(
	unit: DecisionUnit,
	request: RequestIn<"spending">,
	settled: Exclude<HomeserverAnswer, { answer: "stored" }> & { readonly now: number },
): Promise<ResetRequest | undefined> {
	const by = { ...held(request), now: settled.now };
	const failures = request.failures + (settled.answer === "refused" ? 1 : 0);
	if (settled.answer === "refused" && failures >= limits.homeserverRefusals) {
		return unit.requests.move({ move: "fail", ...by, reason: settled.reason });
	}
	const others = await unit.requests.ofAccount(request.accountId, settled.now);
	if (others.some((other) => other.state === "approved")) {
		return unit.requests.move({ move: "drop", ...by, reason: "newer-approval" });
	}
	return (
		(await unit.requests.move({ move: "give-back", ...by, failures })) ??
		unit.requests.move({ move: "drop", ...by, reason: "session-ended" })
	);
}

function held({ reference, accountId, leaseUntil: lease }: RequestIn<"spending">) {
	return { reference, accountId, lease };
}

async function moveSpend(
	storage: DecisionStorage,
	move: RequestMove,
): Promise<RequestIn<"spending"> | undefined> {
	const after = await storage.write((unit) => unit.requests.move(move));
	return after?.state === "spending" ? after : undefined;
}
