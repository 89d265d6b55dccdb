import { isRecord, member, type OAuthMetadata } from "@countersign/protocol";
import { deviceGrantType } from "./device-grant.ts";
import { oauthFailure } from "./oauth-endpoint.ts";
import { malformedAnswer, type RequestOptions, readJson, send } from "./transport.ts";

/** How an application introduces itself. Every URI is https and on the host of `clientUri` or below it. */
export interface ClientMetadata {
	/** The application's own page. Servers show its host to people: it is what they decide by. */
	readonly clientUri: string;
	readonly clientName?: string | undefined;
	readonly logoUri?: string | undefined;
	readonly tosUri?: string | undefined;
	readonly policyUri?: string | undefined;
	/**
	 * Where sign-ins in a browser come back to; none for an application that never signs in that way. `native` ones may
	 * name `http://127.0.0.1/path`, without a port.
	 */
	readonly redirectUris?: readonly [string, ...string[]] | undefined;
	/** Whether other devices may sign this one in by a code (RFC 8628). Default false. */
	readonly deviceGrant?: boolean | undefined;
	/** Default `web`. */
	readonly applicationType?: "web" | "native" | undefined;
}

/**
 * Registers a public client for the refresh grant and for the authorization code grant, the device grant, or both, as
 * the metadata have redirect URIs and `deviceGrant`. Do it anew at the start of each
 * sign-in and keep the `clientId` with the session; servers answer equal metadata with the same one.
 *
 * @throws `network`, `aborted`; `TypeError` for a client that could not sign in at all
 * @see RFC 7591 section 3.1; Matrix specification v1.17, Client-Server API, "Client registration"
 */
export async function registrationRequest(
	metadata: Pick<OAuthMetadata, "registration_endpoint">,
	client: ClientMetadata,
	options?: RequestOptions,
): Promise<Response> {
	const usesCodes = client.redirectUris !== undefined;
	if (!usesCodes && client.deviceGrant !== true) throw new TypeError("neither redirectUris nor deviceGrant");
	const grants = [usesCodes && "authorization_code", "refresh_token", client.deviceGrant && deviceGrantType];
	const body = {
		client_uri: client.clientUri,
		client_name: client.clientName,
		logo_uri: client.logoUri,
		tos_uri: client.tosUri,
		policy_uri: client.policyUri,
		redirect_uris: client.redirectUris,
		application_type: client.applicationType ?? "web",
		response_types: usesCodes ? ["code"] : [],
		grant_types: grants.filter((grant) => typeof grant === "string"),
		token_endpoint_auth_method: "none",
	};
	const headers = { "content-type": "application/json" };
	const init = { method: "POST", headers, body: JSON.stringify(body) };
	return send(metadata.registration_endpoint, init, options);
}

/** A registered client. */
export interface Registration {
	readonly clientId: string;
}

/**
 * Judges the registration answer.
 *
 * @throws `oauth-error` (`invalid_redirect_uri`, `invalid_client_metadata`, ...), `malformed-answer`,
 * `http-status`, `rate-limited`, `network`
 * @see RFC 7591 section 3.2
 */
export async function processRegistrationResponse(response: Response): Promise<Registration> {
	const body = await readJson(response);
	if (response.status !== 201 && response.status !== 200) throw oauthFailure(response, body);
	const clientId = isRecord(body) ? member(body, "client_id") : undefined;
	if (typeof clientId !== "string" || clientId === "") throw malformedAnswer(response, "no client_id");
	return { clientId };
}
