import type { OAuthMetadata } from "@countersign/protocol";
import { deviceScope } from "./authorization.ts";
import {
	type DeviceAuthorization,
	deviceAuthorizationRequest,
	deviceEndpoint,
	deviceTokenRequest,
	processDeviceAuthorizationResponse,
	processDeviceTokenResponse,
} from "./device-grant.ts";
import { CountersignClientError, clientErrorCode, isClientError } from "./errors.ts";
import { firstTokens, type NewSession } from "./new-session.ts";
import { createDeviceId } from "./pkce.ts";
import { type Clock, type Fetch, type Sleep, systemClock, systemSleep } from "./platform.ts";
import { type ClientMetadata, processRegistrationResponse, registrationRequest } from "./registration.ts";
import type { TokenAnswer } from "./token.ts";
import type { SessionTokens } from "./token-holder.ts";
import type { RequestOptions } from "./transport.ts";

/** What the person has to be shown. */
export interface DeviceLoginPrompt {
	/** To be typed at `url`, in any spelling of case and hyphens. */
	readonly userCode: string;
	/** Short enough to be typed. */
	readonly url: string;
	/** The same with the code in it, for a QR code or a link. The person compares the code there. */
	readonly urlComplete: string | undefined;
	/** When the code ends, in epoch milliseconds. */
	readonly expiresAt: number;
}

/** What {@link loginByDeviceGrant} needs. */
export interface DeviceLoginOptions {
	/** From `discoverAuthMetadata`. */
	readonly metadata: OAuthMetadata;
	/** How the program introduces itself; what concerns redirects is filled in. */
	readonly client: Omit<ClientMetadata, "redirectUris" | "deviceGrant">;
	/** Shows code and URL. Waiting goes on meanwhile; what it throws ends the sign-in. */
	readonly present: (prompt: DeviceLoginPrompt) => void | Promise<void>;
	/** Default: a new random one. Naming an existing device takes it over and signs its old session out. */
	readonly deviceId?: string | undefined;
	/** Scope tokens beside the usual two, for example `openid`. */
	readonly extraScopes?: readonly string[] | undefined;
	readonly signal?: AbortSignal | undefined;
	readonly fetch?: Fetch | undefined;
	/** Default: the runtime's clock. */
	readonly now?: Clock | undefined;
	readonly sleep?: Sleep | undefined;
}

const slowDownMs = 5_000;
/** How far apart requests get at most while the network fails. */
const longestPauseMs = 60_000;

/**
 * Signs in a device that has no browser of its own: the person enters a code in a browser elsewhere.
 *
 * Asks every `interval` seconds, five seconds less often after each `slow_down`, and twice as seldom after each failure
 * in a row, up to a minute; `Retry-After` is honoured. Failures and rate limits do not end the waiting, the end of the
 * code does.
 *
 * @throws `sign-in-timeout` when the code ran out, `aborted`, `oauth-error` (`access_denied`, `invalid_grant`, ...),
 * `device-grant-unsupported`, and what registration and the request for codes throw; also what `present` throws
 * @see RFC 8628 section 3; MSC4341
 */
export async function loginByDeviceGrant(options: DeviceLoginOptions): Promise<NewSession> {
	const { metadata, deviceId = createDeviceId(), now = systemClock } = options;
	deviceEndpoint(metadata);
	const failed = new AbortController();
	const signal = AbortSignal.any([failed.signal, ...(options.signal === undefined ? [] : [options.signal])]);
	const request: RequestOptions = { fetch: options.fetch, signal };
	try {
		const client = { ...options.client, deviceGrant: true };
		const registered = await registrationRequest(metadata, client, request);
		const { clientId } = await processRegistrationResponse(registered);
		const scope = [deviceScope(deviceId), ...(options.extraScopes ?? [])].join(" ");
		const askedAt = now();
		const answer = await deviceAuthorizationRequest(metadata, { clientId, scope }, request);
		const codes = await processDeviceAuthorizationResponse(metadata, answer);
		const expiresAt = askedAt + codes.expiresInSeconds * 1_000;
		present(options, { codes, expiresAt, failed });
		const tokens = await awaitTokens(options, { clientId, codes, expiresAt, request, signal });
		return { clientId, deviceId, tokens };
	} catch (error) {
		throw failed.signal.aborted ? failed.signal.reason : error;
	}
}

/** Shows the code without waiting for it: a `present` that ends only with its window must not stop the requests. */
function present(
	options: DeviceLoginOptions,
	{
		codes,
		expiresAt,
		failed,
	}: { readonly codes: DeviceAuthorization; readonly expiresAt: number; readonly failed: AbortController },
): void {
	const { userCode, verificationUri: url, verificationUriComplete: urlComplete } = codes;
	const shown = async () => options.present({ userCode, url, urlComplete, expiresAt });
	shown().catch((error: unknown) => failed.abort(error));
}

interface Wait {
	readonly clientId: string;
	readonly codes: DeviceAuthorization;
	readonly expiresAt: number;
	readonly request: RequestOptions;
	readonly signal: AbortSignal;
}

async function awaitTokens(options: DeviceLoginOptions, wait: Wait): Promise<SessionTokens> {
	const { now = systemClock, sleep = systemSleep } = options;
	const { expiresAt, signal } = wait;
	let intervalMs = wait.codes.intervalSeconds * 1_000;
	let pauseMs = intervalMs;
	for (;;) {
		if (now() + pauseMs >= expiresAt) throw tooLate();
		await sleep(pauseMs, signal);
		if (signal.aborted) throw aborted(signal);
		const askedAt = now();
		const look = await askOnce(options.metadata, wait);
		if (look.outcome === "tokens") return firstTokens(look.tokens, askedAt);
		if (look.outcome === "slow-down") intervalMs += slowDownMs;
		pauseMs =
			look.outcome === "postponed"
				? Math.max(Math.min(pauseMs * 2, longestPauseMs), intervalMs, look.retryAfterMs ?? 0)
				: intervalMs;
	}
}

type Look =
	| { readonly outcome: "tokens"; readonly tokens: TokenAnswer }
	| { readonly outcome: "pending" | "slow-down" }
	| { readonly outcome: "postponed"; readonly retryAfterMs: number | undefined };

async function askOnce(metadata: OAuthMetadata, { clientId, codes, request }: Wait): Promise<Look> {
	try {
		const exchange = { clientId, deviceCode: codes.deviceCode };
		return await processDeviceTokenResponse(await deviceTokenRequest(metadata, exchange, request));
	} catch (error) {
		if (isClientError(error) && (passing.has(error.code) || error.status === requestTimeout))
			return { outcome: "postponed", retryAfterMs: error.retryAfterMs };
		if (isClientError(error, clientErrorCode.oauthError) && error.oauth?.error === "expired_token")
			throw tooLate(error);
		throw error;
	}
}

/** What may be different at the next request. */
const passing: ReadonlySet<string> = new Set([
	clientErrorCode.network,
	clientErrorCode.rateLimited,
	clientErrorCode.temporarilyUnavailable,
	// A captive portal says 200 to everything. Where it was the server, the next answer ends the waiting.
	clientErrorCode.malformedAnswer,
]);

/** The one HTTP status below 500, beside 429, that only says "not now". */
const requestTimeout = 408;

function tooLate(cause?: unknown): CountersignClientError {
	const details = cause === undefined ? {} : { cause };
	return new CountersignClientError(
		clientErrorCode.signInTimeout,
		"nobody allowed the device in time",
		details,
	);
}

function aborted(signal: AbortSignal): CountersignClientError {
	const details = { cause: signal.reason };
	return new CountersignClientError(clientErrorCode.aborted, "the sign-in was aborted", details);
}
