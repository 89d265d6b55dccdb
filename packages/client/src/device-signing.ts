import type { StepUpOffer, UiaAuth, UiaChallenge } from "@countersign/protocol";
import { isRecord, keySlots, parseMatrixError, parseStepUp, parseUiaChallenge } from "@countersign/protocol";
import { type ClientErrorDetails, CountersignClientError, clientErrorCode } from "./errors.ts";
import { malformedAnswer, type RequestOptions, readJson, send, unexpectedStatus } from "./transport.ts";
import { below } from "./urls.ts";

/** The public keys to upload, each exactly as it was signed; other members are not sent. */
export interface CrossSigningKeys {
	readonly master_key?: object | undefined;
	readonly self_signing_key?: object | undefined;
	readonly user_signing_key?: object | undefined;
}

/** Keys turned to text once, so that every repetition carries the same bytes. Made by {@link serializeKeys}. */
export type SerializedKeys = string & { readonly serializedKeys: unique symbol };

/**
 * Fixes the key material of an upload. An approval is for one set of keys: keys that change between the challenge
 * and its repetition need a new approval.
 *
 * @throws `TypeError` when there is no key at all
 */
export function serializeKeys(keys: CrossSigningKeys): SerializedKeys {
	const members = keySlots
		.filter(({ name }) => keys[name] !== undefined)
		.map(({ name }) => `${JSON.stringify(name)}:${JSON.stringify(keys[name])}`);
	if (members.length === 0) throw new TypeError("an upload needs at least one key");
	return members.join(",") as SerializedKeys;
}

/** One attempt at an upload. */
export interface DeviceSigningUploadAttempt {
	/** The homeserver's base URL. */
	readonly homeserver: string;
	readonly accessToken: string;
	readonly keys: SerializedKeys;
	/** What to answer a challenge with; left out of the body when `undefined`. */
	readonly auth?: UiaAuth | undefined;
}

/**
 * Sends the keys, once.
 *
 * @throws `network`, `aborted`
 * @see Matrix specification v1.17, `POST /_matrix/client/v3/keys/device_signing/upload`
 */
export function deviceSigningUploadRequest(
	attempt: DeviceSigningUploadAttempt,
	options?: RequestOptions,
): Promise<Response> {
	const auth = attempt.auth === undefined ? "" : `,"auth":${JSON.stringify(attempt.auth)}`;
	const init = {
		method: "POST",
		headers: { authorization: `Bearer ${attempt.accessToken}`, "content-type": "application/json" },
		body: `{${attempt.keys}${auth}}`,
	};
	return send(below(attempt.homeserver, "/_matrix/client/v3/keys/device_signing/upload"), init, options);
}

/** What a homeserver says to an upload, as far as it leaves something to do. */
export type DeviceSigningUploadAnswer =
	/** The keys are stored, or were before. */
	| { readonly kind: "stored" }
	/** Somebody has to agree first. */
	| {
			readonly kind: "challenge";
			readonly challenge: UiaChallenge;
			/** A token of a better proof would do as well (MSC4363). Where no stage is offered, it is the only way. */
			readonly stepUp?: StepUpOffer;
	  }
	/** The access token is unknown: refresh it, then repeat. */
	| { readonly kind: "unknown-token" };

/**
 * Judges the answer to an upload.
 *
 * Only a 200 with a JSON object counts as stored: a captive portal says 200 to everything.
 *
 * @throws `approval-denied` for `M_FORBIDDEN` (403, or inside a 401), `keys-rejected` for 400 and 413,
 * `rate-limited`, `http-status`, `malformed-answer`, `network`
 */
export async function processDeviceSigningUploadResponse(
	response: Response,
): Promise<DeviceSigningUploadAnswer> {
	const body = await readJson(response);
	const matrix = parseMatrixError(body);
	switch (response.status) {
		case 200:
			if (!isRecord(body)) throw malformedAnswer(response, "200 without a JSON object");
			return { kind: "stored" };
		case 401:
			return judgeUnauthorized(response, body, matrix);
		case 403:
			if (matrix?.errcode === "M_FORBIDDEN") throw denied(response, matrix);
			throw unexpectedStatus(response, body);
		case 400:
		case 413:
			throw new CountersignClientError(
				clientErrorCode.keysRejected,
				"the homeserver does not take these keys",
				{
					status: response.status,
					matrix,
				},
			);
		default:
			throw unexpectedStatus(response, body);
	}
}

function judgeUnauthorized(
	response: Response,
	body: unknown,
	matrix: ClientErrorDetails["matrix"],
): DeviceSigningUploadAnswer {
	if (matrix?.errcode === "M_UNKNOWN_TOKEN" || matrix?.errcode === "M_MISSING_TOKEN") {
		return { kind: "unknown-token" };
	}
	if (matrix?.errcode === "M_FORBIDDEN") throw denied(response, matrix);
	const [stages, stepUp] = [parseUiaChallenge(body), parseStepUp(body)];
	const challenge = stages ?? (stepUp && noStages);
	if (challenge !== undefined) return { kind: "challenge", challenge, ...(stepUp && { stepUp }) };
	if (matrix !== undefined) throw unexpectedStatus(response, body);
	throw malformedAnswer(response, "401 without a challenge or an error");
}

const noStages: UiaChallenge = { flows: [], params: {}, completed: [] };

function denied(response: Response, matrix: ClientErrorDetails["matrix"]): CountersignClientError {
	return new CountersignClientError(clientErrorCode.approvalDenied, "the upload was refused", {
		status: response.status,
		matrix,
	});
}
