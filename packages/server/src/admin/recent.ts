import { isAhead, type SessionId } from "@countersign/core";
import type { Clock } from "../config/ports.ts";

/** How old the sign-in may be by whose token an account changes hands: a browser left open, or what was read out of one. */
export const mostSignInHours = 2;

interface Deps {
	readonly clock: Clock;
	/** When an app signed in. Undefined: nobody signed in for this session, it is a token that was handed over. */
	readonly signedInAt: (sessionId: SessionId) => Promise<number | undefined>;
}

interface Shown {
	/** Absent: it is a program's token, with which nobody signs in. */
	readonly sessionId?: SessionId;
	/** When the person was there for this very token, where they were. */
	readonly provedAt?: number | undefined;
}

/**
 * Whether a token is of a sign-in too old for what is severe. Letting an app in takes a proof, so that a sign-in is one;
 * refreshing is none. What was handed over to a program has an end of its own.
 */
export async function isSignInTooOld(
	{ clock, signedInAt }: Deps,
	{ sessionId, provedAt }: Shown,
): Promise<boolean> {
	const began = sessionId === undefined ? undefined : await signedInAt(sessionId);
	if (began === undefined) return false;
	const now = clock();
	// What lies in the future proves nothing: a clock that was put right would leave such a sign-in recent for as long.
	const isRecent = (at: number) => !isAhead(at, now) && now < at + mostSignInHours * 3_600_000;
	return !isRecent(began) && (provedAt === undefined || !isRecent(provedAt));
}
