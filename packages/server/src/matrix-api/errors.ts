import { errcodes, type MatrixErrorBody } from "@countersign/protocol";
import { awayInShort, isStorageAway, json, retryAfter } from "../http/index.ts";

/**
 * The error body of the Matrix API. `extra` members stand beside `errcode` and `error`.
 * @see https://spec.matrix.org/v1.17/client-server-api/#standard-error-response
 */
export function matrixError(
	status: number,
	errcode: string,
	error: string,
	extra?: Readonly<Record<string, unknown>>,
): Response {
	const body: MatrixErrorBody = { ...extra, errcode, error };
	return json(status, body);
}

/** 429 for those who have to wait. @see https://spec.matrix.org/v1.17/client-server-api/#rate-limiting */
export function limitExceeded(error: string, retryAfterMs: number): Response {
	const answer = matrixError(429, errcodes.limitExceeded, error, { retry_after_ms: retryAfterMs });
	answer.headers.set("retry-after", String(Math.ceil(retryAfterMs / 1_000)));
	return answer;
}

/** What a request to the Matrix API is answered that this server failed at, without a word about why. */
export function matrixFailure(error: unknown): {
	readonly status: number;
	readonly body: MatrixErrorBody;
	readonly headers: Readonly<Record<string, string>>;
} {
	return isStorageAway(error)
		? { status: 503, body: { errcode: errcodes.unknown, error: awayInShort }, headers: retryAfter }
		: { status: 500, body: { errcode: errcodes.unknown, error: "Internal server error" }, headers: {} };
}
