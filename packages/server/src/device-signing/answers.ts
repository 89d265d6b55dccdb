import type { ResetRequest, UploadOutcome } from "@countersign/core";
import {
	errcodes,
	type MatrixErrorBody,
	oauthChallenge,
	oauthStages,
	type UiaAuth,
} from "@countersign/protocol";
import { stepUpOffer } from "./step-up.ts";

/** Under both, servers and apps know the endpoint. Nothing else is it, however alike it looks. */
export const uploadPaths = [
	"/_matrix/client/v3/keys/device_signing/upload",
	"/_matrix/client/unstable/keys/device_signing/upload",
] as const;

export interface UploadAnswer {
	readonly status: number;
	readonly body: unknown;
	readonly headers?: Readonly<Record<string, string>>;
}

/** What was asked, as far as the answer to it depends on it. */
export interface Asked {
	readonly auth: UiaAuth;
	/** With a trailing slash. */
	readonly publicBase: string;
	/** Whether to offer it (MSC4363) beside the page. */
	readonly canStepUp: boolean;
}

/** What the app is told of an upload. */
export function uploadAnswer(
	outcome: Exclude<UploadOutcome, { kind: "signed-out" }>,
	asked: Asked,
): UploadAnswer {
	switch (outcome.kind) {
		case "stored":
		case "unchanged":
			return { status: 200, body: {} };
		case "challenge":
			return challenge(outcome.request, asked, outcome.refusal);
		case "denied":
			return { status: 403, body: outcome.refusal };
		case "throttled":
			return tooMany(outcome.retryAfterMs);
		case "refused":
			return { status: outcome.status, body: outcome.refusal };
	}
}

/**
 * The session did not count when the keys were to be written, and counts now: its person was locked for that moment.
 * The app renews its token, keeps its keys, and sends them again.
 */
export const signedInAgain: UploadAnswer = {
	status: 401,
	body: { errcode: errcodes.unknownToken, error: "The access token has to be renewed", soft_logout: true },
};

/**
 * The path leads to one request; the action tells clients and people what it is about.
 *
 * An error stands in it only after something went wrong, for apps show it in red: after a refusal, and where an app
 * tried a stage that is none of ours, which it does because it knows no other.
 */
function challenge(
	request: ResetRequest,
	{ auth, publicBase, canStepUp }: Asked,
	refusal: MatrixErrorBody | undefined,
): UploadAnswer {
	const url = new URL(`account/reset/${encodeURIComponent(request.reference)}`, publicBase);
	url.searchParams.set("action", "org.matrix.cross_signing_reset");
	const msg = `Replacing a digital identity has to be approved on this page first: ${url.href}`;
	const isForeign = auth.type !== undefined && !oauthStages.some((stage) => stage === auth.type);
	const failed = refusal ?? (isForeign ? { errcode: errcodes.forbidden, error: msg } : undefined);
	const offer =
		canStepUp && failed === undefined && request.state === "pending" ? stepUpOffer(request, msg) : undefined;
	const body = oauthChallenge({
		session: request.uiaSession,
		url: url.href,
		msg,
		...failed,
		...offer?.error,
	});
	return { status: 401, body: { ...body, ...offer?.members }, ...(offer && { headers: offer.headers }) };
}

/** @see https://spec.matrix.org/v1.17/client-server-api/#rate-limiting */
function tooMany(retryAfterMs: number): UploadAnswer {
	const body: MatrixErrorBody = {
		errcode: errcodes.limitExceeded,
		error: "This device has asked to replace keys too often",
		retry_after_ms: retryAfterMs,
	};
	return { status: 429, body, headers: { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) } };
}
