import { tokenLifetimes } from "./lifetimes.ts";

/** What is known when a refresh token comes that was used before. */
export interface Retry {
	readonly now: number;
	/** When the token was first used. */
	readonly rotatedAt: number;
	/** When it first came too late to be answered again; null: not yet. */
	readonly lateAt: number | null;
	readonly successorConsumed: boolean;
	/** Whether an access token handed out beside the successor is known to have been used. */
	readonly answerArrived: boolean;
}

/**
 * Whether the same answer is given again (`answer-again`), nothing is given and the app is to look what it has stored
 * (`late`), or two parties hold the token and the session has to end (`reused`).
 *
 * An app whose answer was lost must be able to ask again, however late. Whoever received the answer shows it by
 * using what was in it. Within the first minute the old token may still come from the same person's second tab, which
 * read it before the first one stored its successor; after that it opens nothing.
 *
 * Once it may come from an app that slept in the middle of a refresh while its extension made one: awake, it finds the
 * newer token in the storage of both and does not come back with the old one. Who has nothing newer comes back, be it
 * the owner of a token that a thief has refreshed or the thief of one that the owner has: that is the end of both.
 * Times that lie ahead are those of a clock that was put back, and prove nothing.
 * @see https://spec.matrix.org/v1.17/client-server-api/#token-refresh-flow
 */
export function decideRetry(retry: Retry): "answer-again" | "late" | "reused" {
	const { now, rotatedAt, lateAt, successorConsumed, answerArrived } = retry;
	const isSibling = Math.abs(now - rotatedAt) <= tokenLifetimes.retryMs;
	if (!successorConsumed && (isSibling || !answerArrived)) return "answer-again";
	return lateAt === null || Math.abs(now - lateAt) <= tokenLifetimes.lateMs ? "late" : "reused";
}
