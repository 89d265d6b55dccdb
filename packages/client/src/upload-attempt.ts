import type { UiaAuth } from "@countersign/protocol";
import {
	type DeviceSigningUploadAnswer,
	deviceSigningUploadRequest,
	processDeviceSigningUploadResponse,
	type SerializedKeys,
} from "./device-signing.ts";
import { CountersignClientError, clientErrorCode } from "./errors.ts";
import type { Fetch } from "./platform.ts";
import { underSignal } from "./transport.ts";

/** One attempt to store the keys, with a good token. */
export interface Attempt {
	readonly homeserver: string;
	readonly accessToken: (hint?: { readonly rejected: string }) => Promise<string>;
	readonly keys: SerializedKeys;
	readonly auth: UiaAuth | undefined;
	readonly fetch?: Fetch | undefined;
	readonly signal: AbortSignal;
}

/** How an attempt went. */
export type AttemptOutcome =
	| Exclude<DeviceSigningUploadAnswer, { readonly kind: "unknown-token" }>
	/** Nothing was decided; `lost` when the keys may have been stored all the same. */
	| { readonly kind: "postponed"; readonly lost: boolean; readonly cause: CountersignClientError };

/**
 * Attempts the upload once, or twice where the token had to be replaced.
 *
 * @throws what ends the upload for good; `safe` is set where this attempt alone decides it
 */
export async function attemptUpload(attempt: Attempt): Promise<AttemptOutcome> {
	try {
		return await sendWithGoodToken(attempt);
	} catch (error) {
		if (!(error instanceof CountersignClientError)) throw error;
		if (attempt.signal.aborted) throw abortedUpload({ safe: false, cause: error });
		return parsePostponed(error);
	}
}

async function sendWithGoodToken(attempt: Attempt): Promise<Exclude<AttemptOutcome, { kind: "postponed" }>> {
	const token = await attempt.accessToken();
	const answer = await sendOnce(attempt, token);
	if (answer.kind !== "unknown-token") return answer;
	const fresh = await attempt.accessToken({ rejected: token });
	const second = fresh === token ? answer : await sendOnce(attempt, fresh);
	if (second.kind !== "unknown-token") return second;
	throw new CountersignClientError(clientErrorCode.loggedOut, "the homeserver knows none of the tokens");
}

async function sendOnce(attempt: Attempt, accessToken: string): Promise<DeviceSigningUploadAnswer> {
	const { homeserver, keys, auth, fetch, signal } = attempt;
	return underSignal(signal, async (own) => {
		const sent = { homeserver, accessToken, keys, auth };
		return processDeviceSigningUploadResponse(await deviceSigningUploadRequest(sent, { fetch, signal: own }));
	});
}

/** Codes after which the same request may go through later; `lost`: it may even have gone through. */
const passing: ReadonlyMap<string, { readonly lost: boolean }> = new Map([
	[clientErrorCode.network, { lost: true }],
	[clientErrorCode.malformedAnswer, { lost: true }],
	[clientErrorCode.rateLimited, { lost: false }],
	[clientErrorCode.temporarilyUnavailable, { lost: false }],
]);

/** HTTP statuses below 500 that only say "not now". */
const requestTimeout = 408;

/** An attempt that decided nothing. @throws every other error, `safe` where it decides that alone */
export function parsePostponed(cause: CountersignClientError): AttemptOutcome {
	const { code, status } = cause;
	const isServerFault = status !== undefined && (status >= 500 || status === requestTimeout);
	const known = code === clientErrorCode.httpStatus && isServerFault ? { lost: true } : passing.get(code);
	if (known !== undefined) return { kind: "postponed", lost: known.lost, cause };
	throw decided.has(code) ? withSafety(cause, true) : cause;
}

/** Codes that are the homeserver's word on these very keys: had they been stored before, it would have said 200. */
const decided: ReadonlySet<string> = new Set([
	clientErrorCode.approvalDenied,
	clientErrorCode.keysRejected,
	clientErrorCode.httpStatus,
]);

/** The same error with `safe` set; the original is its cause. */
export function withSafety(error: CountersignClientError, safe: boolean): CountersignClientError {
	const { code, message, status, retryAfterMs, oauth, matrix, stages } = error;
	const details = { status, retryAfterMs, oauth, matrix, stages, safe, cause: error };
	return new CountersignClientError(code, message, details);
}

/** The caller's signal ended the upload. */
export function abortedUpload(details: {
	readonly safe: boolean;
	readonly cause?: unknown;
}): CountersignClientError {
	return new CountersignClientError(clientErrorCode.aborted, "the upload was aborted", details);
}
