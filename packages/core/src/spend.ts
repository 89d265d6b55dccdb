import type { DecisionStorage, DecisionUnit } from "./claim/decide-request.ts";
import { lifetimes, limits } from "./claim/lifetimes.ts";
import type { RequestIdentity, RequestIn, ResetRequest } from "./claim/reset-request.ts";
import { logLine } from "./events.ts";
import type { NewToken, RequestChange } from "./ports.ts";

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
 * `undefined`: there was no approval to take.
 *
 * After it the row stays `spending`, through a crash too, until `settleSpend` is told what the homeserver's own keys
 * show; a timer never decides it. Until the lease is over nobody else sends.
 */
export async function beginSpend(
	storage: DecisionStorage,
	identity: RequestIdentity,
	now: number,
): Promise<RequestIn<"spending"> | undefined> {
	return spending(
		await storage.write((unit) =>
			unit.requests.move({
				which: identity,
				from: ["approved"],
				to: { state: "spending", leaseUntil: now + lifetimes.spendLeaseMs },
				now,
				whileSignedIn: true,
			}),
		),
	);
}

/**
 * Takes over a spend that nobody brought to an end. `undefined`: somebody holds it, or it has ended.
 * @param how.whileSignedIn refuse unless the session that asked still stands: for sending again in its name
 */
export async function resumeSpend(
	storage: DecisionStorage,
	request: RequestIn<"spending">,
	how: { readonly now: number; readonly whileSignedIn: boolean },
): Promise<RequestIn<"spending"> | undefined> {
	const { now, whileSignedIn } = how;
	return spending(
		await storage.write((unit) =>
			unit.requests.move({
				which: { reference: request.reference, accountId: request.accountId },
				from: ["spending"],
				to: { state: "spending", leaseUntil: now + lifetimes.spendLeaseMs },
				now,
				lease: "over",
				evenExpired: true,
				whileSignedIn,
			}),
		),
	);
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
	await storage.write((unit) =>
		unit.requests.move({
			which: { reference: request.reference, accountId: request.accountId },
			from: ["spending"],
			to: { state: "spending", leaseUntil: now },
			now,
			lease: request.leaseUntil,
			evenExpired: true,
		}),
	);
}

/** Writes down what became of a spend. `undefined`: the lease is somebody else's by now, or it is settled already. */
export async function settleSpend(
	storage: DecisionStorage,
	request: RequestIn<"spending">,
	settled: HomeserverAnswer & { readonly now: number; readonly newToken: NewToken },
): Promise<ResetRequest | undefined> {
	return storage.write(async (unit) => {
		const which = { reference: request.reference, accountId: request.accountId };
		const settle = (to: RequestChange, whileSignedIn = false) =>
			unit.requests.move({
				which,
				from: ["spending"],
				to,
				now: settled.now,
				lease: request.leaseUntil,
				whileSignedIn,
				evenExpired: true,
			});
		const after =
			settled.answer === "stored"
				? await settle({ state: "spent", endedAt: settled.now })
				: await takeBack(unit, request, { settled, settle });
		const kind = events[settled.answer];
		if (after !== undefined && kind !== undefined) {
			await unit.events.record(logLine(kind, request, settled, after));
		}
		return after;
	});
}

const events = { stored: "identity-replaced", refused: "reset-refused", "not-stored": undefined } as const;

/** The approval stands again, unless it has failed too often, a newer one took its place, or its session is over. */
async function takeBack(
	unit: DecisionUnit,
	request: RequestIn<"spending">,
	{
		settled,
		settle,
	}: {
		readonly settled: Exclude<HomeserverAnswer, { answer: "stored" }> & { readonly now: number };
		settle(to: RequestChange, whileSignedIn?: boolean): Promise<ResetRequest | undefined>;
	},
): Promise<ResetRequest | undefined> {
	const { now } = settled;
	const failures = request.failures + (settled.answer === "refused" ? 1 : 0);
	if (settled.answer === "refused" && failures >= limits.homeserverRefusals) {
		return settle({ state: "failed", endedAt: now, reason: settled.reason });
	}
	const others = await unit.requests.ofAccount(request.accountId, now);
	if (others.some((other) => other.state === "approved")) {
		return settle({ state: "withdrawn", endedAt: now, reason: "newer-approval" });
	}
	return (
		(await settle({ state: "approved", failures }, true)) ??
		settle({ state: "withdrawn", endedAt: now, reason: "session-ended" })
	);
}

function spending(request: ResetRequest | undefined): RequestIn<"spending"> | undefined {
	return request?.state === "spending" ? request : undefined;
}
