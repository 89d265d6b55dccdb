import type { DecisionUnit } from "./decide-request.ts";
import { logLine } from "./events.ts";
import { limits } from "./lifetimes.ts";
import type { NewToken, RequestChange } from "./ports.ts";
import type { RequestIdentity, RequestIn, ResetRequest } from "./reset-request.ts";
import type { Transactions } from "./transactions.ts";

/** What a homeserver with a storage of its own made of an approved upload. */
export type HomeserverAnswer =
	| { readonly answer: "stored" }
	/** It said no (4xx); the approval stands, a few times. */
	| { readonly answer: "refused"; readonly reason: string };

/**
 * Takes an approval in order to send its keys to a homeserver that does not share our transaction: one conditional
 * update, so that of parallel retries one goes on. `undefined`: there was no approval to take.
 *
 * After it the row stays `spending`, through a crash too, until `settleSpend` is told what the homeserver's own keys
 * show; a timer never decides it.
 */
export async function beginSpend(
	storage: Transactions<DecisionUnit>,
	identity: RequestIdentity,
	now: number,
): Promise<ResetRequest | undefined> {
	return storage.write((unit) =>
		unit.requests.move({
			which: identity,
			from: ["approved"],
			to: { state: "spending" },
			now,
			whileSignedIn: true,
		}),
	);
}

/** Writes down what became of a spend. `undefined`: somebody else settled it already. */
export async function settleSpend(
	storage: Transactions<DecisionUnit>,
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
				whileSignedIn,
				evenExpired: true,
			});
		const after =
			settled.answer === "stored"
				? await settle({ state: "spent", endedAt: settled.now })
				: await takeBack(unit, request, { ...settled, settle });
		if (after !== undefined) {
			const kind = settled.answer === "stored" ? "identity-replaced" : "reset-refused";
			await unit.events.record(logLine(kind, request, settled, after));
		}
		return after;
	});
}

/** The approval stands again, unless it has failed too often, a newer one took its place, or its session is over. */
async function takeBack(
	unit: DecisionUnit,
	request: RequestIn<"spending">,
	settled: {
		readonly now: number;
		readonly reason: string;
		settle(to: RequestChange, whileSignedIn?: boolean): Promise<ResetRequest | undefined>;
	},
): Promise<ResetRequest | undefined> {
	const { now, reason, settle } = settled;
	const failures = request.failures + 1;
	if (failures >= limits.homeserverRefusals) {
		return settle({ state: "failed", endedAt: now, reason });
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
