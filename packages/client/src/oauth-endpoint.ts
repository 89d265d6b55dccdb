import { CountersignClientError, clientErrorCode } from "./errors.ts";
import { parseOAuthError, type RequestOptions, retryAfterMs, send, unexpectedStatus } from "./transport.ts";

/** Sends a form to an OAuth endpoint; secrets go in the body, which servers and proxies do not log. */
export function postForm(
	url: string,
	form: Readonly<Record<string, string>>,
	options?: RequestOptions,
): Promise<Response> {
	return send(url, { method: "POST", cache: "no-store", body: new URLSearchParams(form) }, options);
}

/** The error of an OAuth endpoint's refusal: `oauth-error` where the body is one, else by status. */
export function oauthFailure(response: Response, body: unknown): CountersignClientError {
	const oauth = parseOAuthError(body);
	if (oauth === undefined || response.status === 429) return unexpectedStatus(response, body);
	return new CountersignClientError(clientErrorCode.oauthError, "the authorization server refused", {
		status: response.status,
		retryAfterMs: retryAfterMs(response, body),
		oauth,
	});
}
