import { type Transactions, type UploadUnit, uploadKeys } from "@countersign/core";
import { parseDeviceSigningUpload } from "@countersign/protocol";
import type { Clock, Random } from "../../config/ports.ts";
import {
	bodyLimitBytes,
	sha256,
	signedInAgain,
	type UploadAnswer,
	uploadAnswer,
	uploadPaths,
	utf8,
	verifyEd25519,
} from "../../device-signing/index.ts";
import { json } from "../../http/index.ts";
import type { Call, Endpoint } from "./endpoint.ts";
import type { JsonObject } from "./ports.ts";

export interface CrossSigningDeps {
	/** Core writes, and asks for the session within its own transaction. */
	readonly storage: Transactions<UploadUnit>;
	readonly publicBase: string;
	/** Whether apps of this client are told that they may step up. */
	readonly canStepUp: (clientId: string) => boolean;
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
			paths: uploadPaths,
			takes: "strict-json",
			limitBytes: bodyLimitBytes,
			answer: (call) => answer(call, deps),
		},
	];
}

/** The hash of none. */
const noToken = "";

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
			// Where apps do not step up, what one of them got so before is good for nothing.
			tokenHash: deps.canStepUp(caller.clientId) ? caller.tokenHash : noToken,
			clientId: caller.clientId,
			address,
			...(userAgent !== undefined && { userAgent }),
		},
		means: {
			now: deps.clock(),
			newToken: () => deps.random.token(),
			sha256,
			utf8,
			verify: verifyEd25519,
		},
	});
	if (outcome.kind === "signed-out") return (await call.checkAgain()) ?? respond(signedInAgain);
	return respond(
		uploadAnswer(outcome, {
			publicBase: deps.publicBase,
			auth: body.value.auth,
			canStepUp: deps.canStepUp(caller.clientId),
		}),
	);
}

function respond({ status, body, headers }: UploadAnswer): Response {
	return json(status, body, headers);
}
