import { isRecord, member, type OAuthMetadata } from "@countersign/protocol";
import { CountersignClientError, clientErrorCode } from "./errors.ts";
import { oauthFailure, postForm } from "./oauth-endpoint.ts";
import { parseTokenAnswer, type TokenAnswer } from "./token.ts";
import { malformedAnswer, parseOAuthError, type RequestOptions, readJson } from "./transport.ts";
import { allowsPlainHttp, parseHttpUrl } from "./urls.ts";

/** The grant as metadata and registration name it. */
export const deviceGrantType = "urn:ietf:params:oauth:grant-type:device_code";

/** Codes for signing in a device by another one. */
export interface DeviceAuthorization {
	/** Secret: whoever holds it gets the tokens. */
	readonly deviceCode: string;
	/** To be shown, as it is, and entered at `verificationUri`. */
	readonly userCode: string;
	/** http(s), without credentials; https unless the authorization server itself is plain http. */
	readonly verificationUri: string;
	/** The same with the code in it, for a QR code; under the same rules. */
	readonly verificationUriComplete: string | undefined;
	/** Life of both codes in seconds, from the answer. */
	readonly expiresInSeconds: number;
	/** Seconds to wait between two token requests; 5 where the server named none. */
	readonly intervalSeconds: number;
}

/**
 * Asks for codes with which another device can sign this one in.
 *
 * @throws `device-grant-unsupported` when the metadata name no such endpoint; `network`, `aborted`
 * @see RFC 8628 section 3.1; MSC4341
 */
export async function deviceAuthorizationRequest(
	metadata: Pick<OAuthMetadata, "device_authorization_endpoint">,
	asked: { readonly clientId: string; readonly scope: string },
	options?: RequestOptions,
): Promise<Response> {
	const endpoint = deviceEndpoint(metadata);
	return postForm(endpoint, { client_id: asked.clientId, scope: asked.scope }, options);
}

/** Where devices ask. @throws `device-grant-unsupported` */
export function deviceEndpoint(metadata: Pick<OAuthMetadata, "device_authorization_endpoint">): string {
	const endpoint = metadata.device_authorization_endpoint;
	if (endpoint !== undefined) return endpoint;
	const message = "the authorization server has no device authorization grant";
	throw new CountersignClientError(clientErrorCode.deviceGrantUnsupported, message);
}

/**
 * Judges the answer to {@link deviceAuthorizationRequest}. What will be shown and opened is safe for that: no control
 * characters in the code, no URL but http(s).
 *
 * @throws `oauth-error` (`invalid_client`, `unauthorized_client`, `invalid_scope`, ...), `malformed-answer`,
 * `http-status`, `rate-limited`, `network`
 * @see RFC 8628 section 3.2
 */
export async function processDeviceAuthorizationResponse(
	metadata: Pick<OAuthMetadata, "device_authorization_endpoint">,
	response: Response,
): Promise<DeviceAuthorization> {
	const body = await readJson(response);
	if (response.status !== 200) throw oauthFailure(response, body);
	const malformed = (what: string) => malformedAnswer(response, what);
	if (!isRecord(body)) throw malformed("not a JSON object");
	const plainHttp = allowsPlainHttp(deviceEndpoint(metadata));
	const isOpenable = (uri: unknown): uri is string =>
		typeof uri === "string" && parseHttpUrl(uri, { plainHttp }) !== undefined;
	const [deviceCode, userCode] = [member(body, "device_code"), member(body, "user_code")];
	const [page, complete] = [member(body, "verification_uri"), member(body, "verification_uri_complete")];
	const [expiresInSeconds, intervalSeconds = 5] = [member(body, "expires_in"), member(body, "interval")];
	if (typeof deviceCode !== "string" || deviceCode === "") throw malformed("no device_code");
	if (!isShowable(userCode)) throw malformed("user_code");
	if (!isOpenable(page)) throw malformed("verification_uri");
	if (complete !== undefined && !isOpenable(complete)) throw malformed("verification_uri_complete");
	if (!isDuration(expiresInSeconds) || expiresInSeconds === 0) throw malformed("expires_in");
	if (!isDuration(intervalSeconds)) throw malformed("interval");
	return {
		...{ deviceCode, userCode, expiresInSeconds, intervalSeconds },
		...{ verificationUri: page, verificationUriComplete: complete },
	};
}

/** A device code and the client it was issued to. */
export interface DeviceTokenExchange {
	readonly clientId: string;
	readonly deviceCode: string;
}

/**
 * Asks whether somebody has allowed the device. Wait the interval between two of these; a server may answer too
 * frequent ones with longer intervals.
 *
 * @throws `network`, `aborted`
 * @see RFC 8628 section 3.4
 */
export function deviceTokenRequest(
	metadata: Pick<OAuthMetadata, "token_endpoint">,
	{ clientId, deviceCode }: DeviceTokenExchange,
	options?: RequestOptions,
): Promise<Response> {
	const form = { grant_type: deviceGrantType, client_id: clientId, device_code: deviceCode };
	return postForm(metadata.token_endpoint, form, options);
}

/** `slow-down`: as `pending`, and wait five seconds longer from now on, for good. */
export type DeviceTokenAnswer =
	| { readonly outcome: "tokens"; readonly tokens: TokenAnswer }
	| { readonly outcome: "pending" | "slow-down" };

/**
 * Judges the answer to {@link deviceTokenRequest}, by its error code: servers differ in the status.
 *
 * @throws `oauth-error` with `access_denied`, `expired_token` or whatever else ends the waiting;
 * `temporarily-unavailable` for failures of the server, `rate-limited`, `malformed-answer`, `http-status`, `network`
 * @see RFC 8628 section 3.5
 */
export async function processDeviceTokenResponse(response: Response): Promise<DeviceTokenAnswer> {
	const body = await readJson(response);
	if (response.status === 200) return { outcome: "tokens", tokens: parseTokenAnswer(response, body) };
	const error = parseOAuthError(body)?.error;
	if (error === "authorization_pending") return { outcome: "pending" };
	if (error === "slow_down") return { outcome: "slow-down" };
	const cause = oauthFailure(response, body);
	const { status, retryAfterMs } = cause;
	if (response.status < 500) throw cause;
	const message = "no answer about the device for now";
	const details = { status, retryAfterMs, cause };
	throw new CountersignClientError(clientErrorCode.temporarilyUnavailable, message, details);
}

/** Something a screen or a terminal can be given: short, and no character that commands it. */
function isShowable(code: unknown): code is string {
	return typeof code === "string" && /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u.test(code);
}

/** Timers end at 24 days; a longer one would fire at once, again and again. */
const longestSeconds = 1_000_000;

function isDuration(value: unknown): value is number {
	return typeof value === "number" && value >= 0 && value <= longestSeconds;
}
