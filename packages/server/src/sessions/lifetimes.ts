/** How tokens live. Constants: the threat model rests on them. */
export const tokenLifetimes = {
	/** Asked again within this time a rotation is always answered again: another tab held the same token. */
	retryMs: 60_000,
	/** An old refresh token that comes again within this time is the same mistake, made by several parts of one app. */
	lateMs: 10_000,
	/** How long a device stays whose session ended because its credentials were seen in two places. */
	deviceKeptMs: 24 * 60 * 60_000,
	/** Access tokens kept per session: the newest, and those of tabs that refreshed at the same time. */
	accessPerSession: 16,
} as const;

/** How long somebody may still replace a token that is over: its program keeps its device as long. */
export const replacedWithinMs = 14 * 24 * 60 * 60_000;

export const useNotes = {
	/** Uses are collected this long and written together. */
	collectMs: 1_000,
	/** A session's last use is written no more often than this, unless its address changed. */
	sessionEveryMs: 60_000,
	/** So many notes go into one transaction, because every other writer waits for it. */
	perTransaction: 200,
} as const;
