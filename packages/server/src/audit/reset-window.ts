import type { AccountId } from "@countersign/core";
import type { SecurityEvents } from "./ports.ts";

/** How long the homeserver keeps it open. */
export const resetWindowMs = 10 * 60_000;

/** How long the homeserver is waited for when it is asked to open it. */
const askedMs = 5_000;

export interface ResetWindowSeen {
	/** `closed`: open at the homeserver, which has no way to close it, and nobody is let in who could use it. */
	readonly state: "open" | "closed";
	readonly until: number;
	/** The identity that was there when it was opened, where the homeserver said: empty for none. Another one ends it. */
	readonly identity?: string;
}

type Log = Pick<SecurityEvents, "list">;

/**
 * What the person's own log says of the homeserver's switch for replacing an identity, which is all that is known here:
 * the homeserver does not tell. Undefined once its time is over. Closed wins until its own time is over: an opening
 * that was under way when its person objected comes behind that in the log.
 */
export async function resetWindowOf(
	events: Log,
	accountId: AccountId,
	now: number,
): Promise<ResetWindowSeen | undefined> {
	const lines = await events.list(accountId, { limit: most, kinds: ["reset-window-opened", closed] });
	const seen = lines.map(({ kind, detail }) => ({
		kind,
		until: Number(detail.until),
		identity: detail.identity,
	}));
	const ahead = seen.filter(({ until }) => until > now).sort((one, other) => other.until - one.until);
	const closing = ahead.find(({ kind }) => kind === closed);
	if (closing !== undefined) return { state: "closed", until: closing.until };
	const [latest] = ahead;
	if (latest === undefined) return undefined;
	const { until, identity } = latest;
	return { state: "open", until, ...(identity !== undefined && { identity }) };
}

/**
 * Whether the homeserver may be opening it right now, as far as the log tells: what it answered is there as a window.
 * To be asked with that in one transaction. A time still to come counts as now no longer than it lasts.
 * @param used the end of a window that is over before: what was asked by when that was opened was answered
 */
export async function isResetWindowAsked(
	events: Log,
	accountId: AccountId,
	{ now, used }: { readonly now: number; readonly used?: number | undefined },
): Promise<boolean> {
	const [asked] = await events.list(accountId, { limit: 1, kinds: ["reset-window-asked"] });
	if (asked === undefined || Math.abs(now - asked.at) >= askedMs) return false;
	return used === undefined || asked.at > used - resetWindowMs;
}

const closed = "reset-window-closed";
/** More than there are with time left: each is asked for only where none is seen, and no call is under way. */
const most = 10;
