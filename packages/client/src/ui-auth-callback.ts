import { isRecord, type UiaAuth } from "@countersign/protocol";
import { processDeviceSigningUploadResponse } from "./device-signing.ts";
import { CountersignClientError, clientErrorCode } from "./errors.ts";
import { type AttemptOutcome, parsePostponed } from "./upload-attempt.ts";
import { approvedRequest, type UploadWithApprovalOptions } from "./upload-with-approval.ts";

/** What {@link uiAuthCallbackFor} needs. */
export interface UiAuthOptions
	extends Pick<
		UploadWithApprovalOptions,
		| "homeserver"
		| "present"
		| "knownPages"
		| "password"
		| "signal"
		| "timeoutMs"
		| "poll"
		| "now"
		| "sleep"
		| "jitter"
	> {}

/**
 * The callback that matrix-js-sdk's `bootstrapCrossSigning` takes, for apps that keep it: waits for the approval as
 * `uploadWithApproval` does. The app's own crypto has changed by then; `safeResetEncryption` does not have that fault.
 * The keys are not known here, so `present` gets no fingerprint.
 *
 * What it returns throws as `uploadWithApproval` does, and whatever the library throws that is no answer of the server.
 */
export function uiAuthCallbackFor(
	options: UiAuthOptions,
): <T>(makeRequest: (auth: UiaAuth | null) => Promise<T>) => Promise<T> {
	return async (makeRequest) => {
		const done: { result?: Awaited<ReturnType<typeof makeRequest>> } = {};
		const send = async (auth: UiaAuth | undefined): Promise<AttemptOutcome> => {
			try {
				done.result = await makeRequest(auth ?? null);
				return { kind: "stored" };
			} catch (error) {
				return judge(error);
			}
		};
		await approvedRequest(send, { ...options, fingerprint: undefined });
		return done.result as Awaited<ReturnType<typeof makeRequest>>;
	};
}

/** Reads the library's errors as the answers that they are made from. */
async function judge(error: unknown): Promise<AttemptOutcome> {
	const answer = answerOf(error);
	if (answer === undefined) throw error;
	if (answer === "none") {
		const cause = new CountersignClientError(clientErrorCode.network, "the request got no answer", {
			cause: error,
		});
		return { kind: "postponed", lost: true, cause };
	}
	try {
		const judged = await processDeviceSigningUploadResponse(answer);
		// The library has tried its refresh token.
		if (judged.kind === "unknown-token") throw error;
		return judged;
	} catch (thrown) {
		if (!(thrown instanceof CountersignClientError)) throw thrown;
		return parsePostponed(thrown);
	}
}

/** A `MatrixError` has status and body, a `ConnectionError` nothing; anything else is no answer at all. */
function answerOf(error: unknown): Response | "none" | undefined {
	if (!(error instanceof Error)) return undefined;
	if (error.name === "ConnectionError") return "none";
	const { httpStatus, data } = error as Error & { readonly httpStatus?: unknown; readonly data?: unknown };
	if (typeof httpStatus !== "number" || httpStatus < 200 || httpStatus > 599) return undefined;
	return Response.json(isRecord(data) ? data : {}, { status: httpStatus });
}
