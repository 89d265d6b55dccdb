import { tokenLifetimes } from "./lifetimes.ts";

/** What is known when a refresh token comes that was used before. */
export interface Retry {
	readonly now: number;
	/** When the token was first used. */
	readonly rotatedAt: number;
	readonly successorConsumed: boolean;
	/** Whether an access token handed out beside the successor is known to have been used. */
	readonly answerArrived: boolean;
}

/**
 * Whether the same answer is given again, or two parties hold the token and the session has to end.
 *
 * An app whose answer was lost must be able to ask again, however late. Whoever received the answer shows it by
 * using what was in it; the old token after that is in other hands. Within the first minute it may still be the
 * same person's second tab, which read the token before the first one stored its successor.
 * @see https://spec.matrix.org/v1.17/client-server-api/#token-refresh-flow
 */
export function decideRetry(retry: Retry): "answer-again" | "reused" {
	if (retry.successorConsumed) return "reused";
	if (retry.now - retry.rotatedAt <= tokenLifetimes.retryMs) return "answer-again";
	return retry.answerArrived ? "reused" : "answer-again";
}
