import type { OAuthMetadata } from "@countersign/protocol";
import { CountersignClientError, clientErrorCode } from "./errors.ts";

/** What a sign-in asks for. */
export interface AuthorizationRequest {
	readonly clientId: string;
	/** One of the registered redirect URIs; a loopback one with the port that listens now. */
	readonly redirectUri: string;
	/** The scope, usually from {@link deviceScope}. */
	readonly scope: string;
	/** From `createState`, for this sign-in only. */
	readonly state: string;
	/** From `createPkce`; only the challenge is sent. */
	readonly pkce: { readonly challenge: string };
	/**
	 * How the answer comes back. Default `fragment`, which servers and their logs never see and which https
	 * redirects must use; a loopback listener needs `query`.
	 */
	readonly responseMode?: "fragment" | "query" | undefined;
	/** `create` opens the registration page, on servers whose `prompt_values_supported` has it. */
	readonly prompt?: "create" | undefined;
	/** How strong a proof is wanted, from a {@link StepUpOffer}, as it stands there. */
	readonly acrValues?: string | undefined;
	/** How old it may be, in seconds. */
	readonly maxAge?: number | undefined;
	/** Whom the page should expect, for example `mxid:@alice:example.org`. */
	readonly loginHint?: string | undefined;
}

/**
 * The scope of a normal session: the whole Client-Server API, for one device.
 *
 * @see Matrix specification v1.17, Client-Server API, "Scope"
 */
export function deviceScope(deviceId: string): string {
	return `urn:matrix:client:api:* urn:matrix:client:device:${deviceId}`;
}

/**
 * The URL to open in the person's own browser, never in a view this application can read.
 *
 * @see RFC 6749 section 4.1.1; RFC 7636 section 4.3
 */
export function authorizationUrl(
	metadata: Pick<OAuthMetadata, "authorization_endpoint">,
	request: AuthorizationRequest,
): string {
	const url = new URL(metadata.authorization_endpoint);
	const parameters = {
		response_type: "code",
		response_mode: request.responseMode ?? "fragment",
		client_id: request.clientId,
		redirect_uri: request.redirectUri,
		scope: request.scope,
		state: request.state,
		code_challenge: request.pkce.challenge,
		code_challenge_method: "S256",
		prompt: request.prompt,
		login_hint: request.loginHint,
		acr_values: request.acrValues,
		max_age: request.maxAge?.toString(),
	};
	for (const [name, value] of Object.entries(parameters)) {
		if (value !== undefined) url.searchParams.set(name, value);
	}
	return url.href;
}

/** What the callback must match. */
export interface ExpectedCallback {
	readonly state: string;
	/** The metadata the sign-in was started with: whose answer it has to be, and whether the answer says so. */
	readonly metadata: Pick<OAuthMetadata, "issuer" | "authorization_response_iss_parameter_supported">;
}

/**
 * Judges the URL the browser came back to, in either response mode.
 *
 * State comes first: without it anybody could end a sign-in with an error, or slip in a code of their own account.
 * Then the issuer, for errors as for codes: a name that is there has to be right, and one that the metadata promise has
 * to be there. Otherwise a server that this application also uses could take another one's code for its own.
 *
 * @param callback the whole URL
 * @returns the code, to be exchanged once
 * @throws `state-mismatch`, `issuer-mismatch`, `oauth-error`, `malformed-answer`
 * @see RFC 6749 sections 4.1.2, 10.12; RFC 9207 section 2.4
 */
export function processAuthorizationCallback(
	callback: string,
	expected: ExpectedCallback,
): { readonly code: string } {
	const parameters = callbackParameters(callback);
	const only = (name: string) => {
		const values = parameters.getAll(name);
		return values.length === 1 ? values[0] : undefined;
	};
	if (only("state") !== expected.state) {
		throw new CountersignClientError(clientErrorCode.stateMismatch, "the callback is not for this sign-in");
	}
	const { issuer, authorization_response_iss_parameter_supported: isNamed = false } = expected.metadata;
	if ((isNamed || parameters.has("iss")) && only("iss") !== issuer) {
		throw new CountersignClientError(clientErrorCode.issuerMismatch, "the callback is from another server");
	}
	const [code, error] = [only("code"), only("error")];
	if (error !== undefined) throw callbackError(error, only("error_description"));
	if (code === undefined || code === "") {
		throw new CountersignClientError(
			clientErrorCode.malformedAnswer,
			"the callback has neither code nor error",
		);
	}
	return { code };
}

function callbackParameters(callback: string): URLSearchParams {
	if (!URL.canParse(callback)) {
		throw new CountersignClientError(clientErrorCode.malformedAnswer, "the callback is not a URL");
	}
	const url = new URL(callback);
	const fragment = new URLSearchParams(url.hash.slice(1));
	return fragment.has("state") ? fragment : url.searchParams;
}

function callbackError(error: string, errorDescription: string | undefined): CountersignClientError {
	const oauth = errorDescription === undefined ? { error } : { error, errorDescription };
	return new CountersignClientError(clientErrorCode.oauthError, "the sign-in was refused", { oauth });
}
