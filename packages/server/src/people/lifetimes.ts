const hour = 60 * 60_000;
const day = 24 * hour;

/** How long a browser stays signed in to the account pages, in milliseconds. */
export const browserSessionLifetimes = {
	/** Without a visit ... */
	idleMs: 14 * day,
	/** ... and never longer than this after signing in. */
	atMostMs: 90 * day,
	/** Visits are written down no more often than this. */
	touchEveryMs: hour,
} as const;
