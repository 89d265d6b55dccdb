import { isRecord, member, type OAuthMetadata } from "@countersign/protocol";
import { CountersignClientError, clientErrorCode } from "./errors.ts";
import { oauthFailure, postForm } from "./oauth-endpoint.ts";
import {
	malformedAnswer,
	parseOAuthError,
	type RequestOptions,
	readJson,
	retryAfterMs,
} from "./transport.ts";

/** What the token endpoint gave. Opaque, and secret. */
export interface TokenAnswer {
	readonly accessToken: string;
	/** Absent only on servers that do not rotate: the old one stays good then. */
	readonly refreshToken?: string | undefined;
	/** Life of the access token in seconds from the answer; unknown when absent. */
	readonly expiresInSeconds?: number | undefined;
	/** The granted scope where the server named it, else the one asked for was granted. */
	readonly scope?: string | undefined;
}

/** A code on its way to tokens. */
export interface CodeExchange {
	readonly clientId: string;
	readonly code: string;
	/** The same as in the authorization request, to the letter. */
	readonly redirectUri: string;
	/** `verifier` of the pair whose challenge was sent. */
	readonly verifier: string;
}

/**
 * Exchanges a code. A code works once: after a lost answer, sign in again instead of repeating.
 *
 * @throws `network`, `aborted`
 * @see RFC 6749 section 4.1.3; RFC 7636 section 4.5
 */
export function authorizationCodeRequest(
	metadata: Pick<OAuthMetadata, "token_endpoint">,
	exchange: CodeExchange,
	options?: RequestOptions,
): Promise<Response> {
	const form = {
		grant_type: "authorization_code",
		client_id: exchange.clientId,
		code: exchange.code,
		redirect_uri: exchange.redirectUri,
		code_verifier: exchange.verifier,
	};
	return postForm(metadata.token_endpoint, form, options);
}

/**
 * Judges the answer to a code exchange.
 *
 * @throws `oauth-error` (`invalid_grant`, ...), `malformed-answer`, `http-status`, `rate-limited`, `network`
 * @see RFC 6749 sections 5.1, 5.2
 */
export async function processAuthorizationCodeResponse(response: Response): Promise<TokenAnswer> {
	const body = await readJson(response);
	if (response.status !== 200) throw oauthFailure(response, body);
	return parseTokenAnswer(response, body);
}

/** A refresh token and the client it was issued to. */
export interface Refresh {
	readonly clientId: string;
	readonly refreshToken: string;
}

/**
 * Asks for new tokens. One refresh at a time: with two in parallel the later one ends the earlier one's tokens;
 * `createTokenHolder` takes care of it. After a lost answer, repeat with the same refresh token.
 *
 * @throws `network`, `aborted`
 * @see RFC 6749 section 6; Matrix specification v1.17, Client-Server API, "Refresh token grant"
 */
export function refreshRequest(
	metadata: Pick<OAuthMetadata, "token_endpoint">,
	refresh: Refresh,
	options?: RequestOptions,
): Promise<Response> {
	const form = {
		grant_type: "refresh_token",
		client_id: refresh.clientId,
		refresh_token: refresh.refreshToken,
	};
	return postForm(metadata.token_endpoint, form, options);
}

/**
 * Judges the answer to a refresh, with care: taken for logged out, clients delete their keys.
 *
 * Only an OAuth error with a 4xx status, other than 429, ends the session. Rate limits, failures, a proxy's page,
 * an answer nobody understands, and the codes `temporarily_unavailable` and `server_error` do not.
 *
 * @throws `logged-out`; `temporarily-unavailable` with `retryAfterMs` where the server named a time; `network`
 */
export async function processRefreshResponse(response: Response): Promise<TokenAnswer> {
	const body = await readJson(response);
	const { status } = response;
	const oauth = parseOAuthError(body);
	if (status === 200) {
		try {
			return parseTokenAnswer(response, body);
		} catch (cause) {
			throw postponed(response, body, cause);
		}
	}
	const final = status >= 400 && status < 500 && status !== 429 && oauth !== undefined;
	if (!final || transientErrors.has(oauth.error))
		throw postponed(response, body, oauthFailure(response, body));
	throw new CountersignClientError(clientErrorCode.loggedOut, "the refresh token was refused", {
		status,
		oauth,
	});
}

const transientErrors: ReadonlySet<string> = new Set(["temporarily_unavailable", "server_error"]);

function postponed(response: Response, body: unknown, cause: unknown): CountersignClientError {
	const message = "no new tokens for now";
	const details = { status: response.status, retryAfterMs: retryAfterMs(response, body), cause };
	return new CountersignClientError(clientErrorCode.temporarilyUnavailable, message, details);
}

/** A token that fits into a header; anything else would fail later, as an exception of `fetch`. */
const headerSafe = /^[\x21-\x7e]+$/;

/** A token answer of any grant. @throws `malformed-answer` @see RFC 6749 section 5.1 */
export function parseTokenAnswer(response: Response, body: unknown): TokenAnswer {
	const malformed = (what: string) => malformedAnswer(response, what);
	if (!isRecord(body)) throw malformed("not a JSON object");
	const [type, accessToken] = [member(body, "token_type"), member(body, "access_token")];
	if (typeof type !== "string" || type.toLowerCase() !== "bearer")
		throw malformed("token_type is not Bearer");
	if (typeof accessToken !== "string" || !headerSafe.test(accessToken)) throw malformed("no access_token");
	const [refreshToken, scope] = [member(body, "refresh_token"), member(body, "scope")];
	if (refreshToken !== undefined && typeof refreshToken !== "string") throw malformed("refresh_token");
	if (scope !== undefined && typeof scope !== "string") throw malformed("scope");
	const expiresInSeconds = member(body, "expires_in");
	if (expiresInSeconds !== undefined && !isLifetime(expiresInSeconds)) throw malformed("expires_in");
	return { accessToken, refreshToken: refreshToken || undefined, expiresInSeconds, scope };
}

function isLifetime(value: unknown): value is number {
	return typeof value === "number" && value >= 0 && Number.isFinite(value);
}
