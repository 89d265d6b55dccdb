import { successorOf, tokenHash } from "../sessions/index.ts";
import type { SessionHere } from "./ports.ts";

export interface Following {
	readonly now: number;
	/** Since when refresh tokens were handed out here. */
	readonly switchedAt: number;
	/** The key under which successors are derived here. */
	readonly key: Uint8Array;
}

/** The refresh token of a chain that counts by now, and the one before it. */
interface ChainEnd {
	readonly token: string;
	readonly before: string;
	/** What was handed out beside it was used; otherwise the app may have the one before. */
	readonly hasArrived: boolean;
}

/** No app refreshes more often, over days; for an hour it may: a thousand are followed whatever the time. */
const refreshEveryMs = 60_000;

/**
 * Where the chain is that begins with this token, which was used. Those in between may have been cleaned away: it is
 * followed by its key until it meets the one that counts. Undefined where none does.
 */
export function endOfChain(
	session: Pick<SessionHere, "refresh">,
	first: string,
	{ key, now, switchedAt }: Following,
): ChainEnd | undefined {
	if (![...session.refresh.values()].some(({ isUsed }) => !isUsed)) return undefined;
	let before = first;
	for (let left = 1_000 + (now - switchedAt) / refreshEveryMs; left > 0; left -= 1) {
		const token = successorOf(before, key);
		const known = session.refresh.get(tokenHash(token));
		if (known?.isUsed === false) return { token, before, hasArrived: known.hasArrived };
		before = token;
	}
	return undefined;
}
