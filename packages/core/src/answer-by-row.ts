import { askAgain } from "./ask.ts";
import { carryOutSpend, type SpendEnd } from "./carry-out-spend.ts";
import type { ResetRequest } from "./claim/reset-request.ts";
import { requestAt } from "./claim/transitions.ts";
import { byApp } from "./events.ts";
import type { GuardMeans } from "./guarded-homeserver.ts";
import { type GuardedOutcome, type GuardUnit, type IdentifiedUpload, uploadNow } from "./guarded-outcome.ts";
import { beginSpend, resumeSpend } from "./spend.ts";

/** As often as others may change the row between our look at it and our step. */
const attempts = 3;

/**
 * What the request of this identity says by itself: its approval is spent, or its app asks again while it waits.
 * Undefined where the homeserver has to be asked.
 */
export async function answerByRow(
	means: GuardMeans<GuardUnit>,
	spends: Spends,
	upload: IdentifiedUpload,
): Promise<GuardedOutcome | undefined> {
	const { requests } = means.storage.read;
	let request: ResetRequest | undefined;
	for (let attempt = 0; attempt < attempts; attempt++) {
		request = await requests.current(upload.identity);
		const now = means.clock();
		if (request === undefined || !mayBeSpent(request, now)) {
			return askAgain(means.storage.read, upload.identity, uploadNow(means, upload));
		}
		const ended = await spends.spend(upload, request);
		if (ended !== undefined) return outcomeOf(ended);
	}
	// Another server sends these keys, or others of the same person: this app asks again.
	return request && { kind: "challenge", request };
}

function mayBeSpent(request: ResetRequest, now: number): boolean {
	const { state } = requestAt(request, now);
	return state === "approved" || state === "spending";
}

export interface Spends {
	/** Undefined where somebody else is at it, or was quicker. */
	spend(upload: IdentifiedUpload, request: ResetRequest): Promise<SpendEnd | undefined>;
}

/** The spends of this process. Who repeats an upload while it is being sent waits for its end. */
export function createSpends(means: GuardMeans<GuardUnit>): Spends {
	const running = new Map<string, Promise<SpendEnd | undefined>>();
	return {
		spend(upload, request) {
			const { sessionId, digest } = upload.identity;
			const key = `${sessionId} ${digest}`;
			const known = running.get(key);
			if (known !== undefined) return known;
			const own = spend(means, upload, request).finally(() => running.delete(key));
			running.set(key, own);
			return own;
		},
	};
}

async function spend(
	means: GuardMeans<GuardUnit>,
	{ identity, uploader }: IdentifiedUpload,
	found: ResetRequest,
): Promise<SpendEnd | undefined> {
	const now = means.clock();
	if (found.state === "spending" && found.leaseUntil > now) return undefined;
	const request =
		found.state === "spending"
			? await resumeSpend(means.storage, found, { now, move: "take-over" })
			: await beginSpend(means.storage, identity, now);
	const { userId, actor } = byApp(uploader);
	return request && carryOutSpend(means, { request, userId, actor, whereNothingArrived: "send" });
}

function outcomeOf(ended: SpendEnd): GuardedOutcome {
	const { request } = ended;
	switch (ended.end) {
		case "stored":
			return { kind: "stored", approvedBy: request };
		case "refused":
			return { kind: "refused", status: ended.status, refusal: ended.refusal };
		case "open":
			return { kind: "challenge", request };
	}
}
