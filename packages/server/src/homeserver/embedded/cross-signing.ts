import { createHash } from "node:crypto";
import {
	type ResetRequest,
	type Transactions,
	type UploadOutcome,
	type UploadUnit,
	uploadKeys,
} from "@countersign/core";
import {
	errcodes,
	type MatrixErrorBody,
	oauthChallenge,
	parseDeviceSigningUpload,
} from "@countersign/protocol";
import type { Clock, Random } from "../../config/ports.ts";
import { json, matrixError } from "../../http/index.ts";
import { type Call, type Endpoint, v3 } from "./endpoint.ts";
import type { JsonObject } from "./ports.ts";
import { quotas } from "./quotas.ts";
import { utf8, verifyEd25519 } from "./verify.ts";

export interface CrossSigningDeps {
	readonly storage: Transactions<UploadUnit>;
	readonly publicBase: string;
	readonly clock: Clock;
	readonly random: Pick<Random, "token">;
}

/**
 * The one endpoint that asks for a second consent. Whether keys may be written is core's decision; here it is put
 * into words.
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3keysdevice_signingupload
 */
export function crossSigningEndpoints(deps: CrossSigningDeps): Endpoint[] {
	return [
		{
			method: "POST",
			paths: [v3("keys/device_signing/upload"), "/_matrix/client/unstable/keys/device_signing/upload"],
			takes: "strict-json",
			limitBytes: quotas.deviceSigningBodyBytes,
			answer: (call) => answer(call, deps),
		},
	];
}

async function answer(call: Call<JsonObject>, deps: CrossSigningDeps): Promise<Response> {
	const { caller, address, userAgent } = call;
	const body = parseDeviceSigningUpload(call.body, caller.userId);
	if (!body.ok) return json(400, body.refusal);
	const outcome = await uploadKeys(deps.storage, {
		body: body.value,
		uploader: {
			accountId: caller.accountId,
			userId: caller.userId,
			sessionId: caller.sessionId,
			deviceId: caller.deviceId,
			address,
			...(userAgent !== undefined && { userAgent }),
		},
		means: {
			now: deps.clock(),
			newToken: () => deps.random.token(),
			sha256: (bytes) => createHash("sha256").update(bytes).digest(),
			utf8,
			verify: verifyEd25519,
		},
	});
	if (outcome.kind === "signed-out") return (await call.checkAgain()) ?? sessionEnded();
	return answerTo(outcome, deps.publicBase);
}

function sessionEnded(): Response {
	return matrixError(401, errcodes.unknownToken, "The session has ended", { soft_logout: false });
}

function answerTo(outcome: Exclude<UploadOutcome, { kind: "signed-out" }>, publicBase: string): Response {
	switch (outcome.kind) {
		case "stored":
		case "unchanged":
			return json(200, {});
		case "challenge":
			return json(401, challenge(outcome.request, publicBase, outcome.refusal));
		case "denied":
			return json(403, outcome.refusal);
		case "throttled":
			return tooMany(outcome.retryAfterMs);
		case "refused":
			return json(outcome.status, outcome.refusal);
	}
}

/** The path leads to one request; the action tells clients and people what it is about. */
function challenge(request: ResetRequest, publicBase: string, refusal: MatrixErrorBody | undefined) {
	const url = new URL(`account/reset/${encodeURIComponent(request.reference)}`, publicBase);
	url.searchParams.set("action", "org.matrix.cross_signing_reset");
	return oauthChallenge({
		session: request.uiaSession,
		url: url.href,
		...(refusal && { errcode: refusal.errcode, error: refusal.error }),
	});
}

/** @see https://spec.matrix.org/v1.17/client-server-api/#rate-limiting */
function tooMany(retryAfterMs: number): Response {
	const body: MatrixErrorBody = {
		errcode: errcodes.limitExceeded,
		error: "This device has asked to replace keys too often",
		retry_after_ms: retryAfterMs,
	};
	return json(429, body, { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) });
}
