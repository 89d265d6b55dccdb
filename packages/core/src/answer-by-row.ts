import { askAgain } from "./ask.ts";
import type { SpendEnd } from "./carry-out-spend.ts";
import type { ResetRequest } from "./claim/reset-request.ts";
import { requestAt, waitsForObjections } from "./claim/transitions.ts";
import type { GuardMeans } from "./guarded-homeserver.ts";
import { type GuardedOutcome, type GuardUnit, type IdentifiedUpload, uploadNow } from "./guarded-outcome.ts";
import type { Spends } from "./spends.ts";

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
	let request: ResetRequest | undefined;
	for (let attempt = 0; attempt < attempts; attempt++) {
		request = await means.storage.read.requests.current(upload.identity);
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
	return (state === "approved" && !waitsForObjections(request, now)) || state === "spending";
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
