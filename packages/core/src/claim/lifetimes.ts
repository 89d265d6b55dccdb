const minute = 60_000;

/**
 * How long things live, in milliseconds. Constants, because the person is told them on the page and the threat
 * model rests on them.
 */
export const lifetimes = {
	/** A request waits this long after its app last asked ... */
	pendingAfterUploadMs: 15 * minute,
	/** ... and never longer than this after it was first asked. */
	pendingAtMostMs: 60 * minute,
	/** An approval not used by then is gone. */
	approvedMs: 10 * minute,
	/** The same of one that is for a single access token: so long lives the token. */
	elevatedMs: 5 * minute,
	/** Approving needs a password entered no longer ago than this. */
	proofMs: 5 * minute,
	/** The same keys from the same session are not asked for again until this long after a refusal. */
	denialMs: 15 * minute,
	/** One server alone sends an approved upload for so long; longer than everything it waits for on the way. */
	spendLeaseMs: 1 * minute,
	/** No upload leaves later than this before the end of its lease: it must be over by then. */
	spendMarginMs: 25_000,
	/** Signatures not seen this long after the keys were replaced: the page says "not finished on this device". */
	finishMs: 1 * minute,
	/** Two servers side by side do not tell the same time: what happened at most so far ahead has just happened. */
	clockSkewMs: 5_000,
} as const;

export const limits = {
	/** Live requests of one session; the oldest waiting one gives way to a new one. */
	livePerSession: 5,
	/** New requests of one session within `windowMs`; more are refused with a time to retry. */
	newPerWindow: 20,
	windowMs: 60 * minute,
	/** So many refusals by the homeserver end an approved request. */
	homeserverRefusals: 5,
	/** An app polls about twice a second; its sign of life is written no more often than this. */
	touchEveryMs: 10_000,
} as const;

/** How long a request waits: a while after its app last asked, but never past an hour after the first time. */
export function pendingUntil(createdAt: number, lastUploadAt: number): number {
	return Math.min(lastUploadAt + lifetimes.pendingAfterUploadMs, createdAt + lifetimes.pendingAtMostMs);
}

/** Whether something is said to have happened in the future: the clock has been stepped back since. */
export function isAhead(happenedAt: number, now: number): boolean {
	return happenedAt > now + lifetimes.clockSkewMs;
}

/**
 * Whether something that happened then still proves something now, for so long and at the very end of it. What lies
 * in the future proves nothing, or a clock stepped back would make an old password entry a fresh one.
 */
export function isFresh(happenedAt: number, lifetimeMs: number, now: number): boolean {
	return now - happenedAt <= lifetimeMs && !isAhead(happenedAt, now);
}
