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

/**
 * How long a form that is sent a second time is told what became of the first: a double click cancels the first answer,
 * a reload sends the form once more.
 */
const toldAgainMs = 60_000;

/** Whether it happened within that time; what is still to come, by a clock that was set back, did not. */
export function isJustNow(at: number, now: number): boolean {
	return at <= now && now - at < toldAgainMs;
}

/** Of an e-mail address that somebody shows to be theirs before they have an account. */
export const registrationLifetimes = {
	/** For a name and a password, once the code was typed. */
	provedMs: hour,
	/** The same asked for again, as by a double click, is the letter that is on its way. */
	sameLetterMs: 60_000,
} as const;
