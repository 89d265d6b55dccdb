import { type OAuthMetadata, parseOAuthMetadata } from "@countersign/protocol";
import { CountersignClientError, clientErrorCode, isClientError } from "./errors.ts";
import { type RequestOptions, readJson, send, unexpectedStatus } from "./transport.ts";
import { allowsPlainHttp, below, parseHttpUrl } from "./urls.ts";

const paths = {
	stable: "/_matrix/client/v1/auth_metadata",
	unstable: "/_matrix/client/unstable/org.matrix.msc2965/auth_metadata",
} as const;

/**
 * Asks the homeserver for its authorization server's metadata.
 *
 * @param naming which path: `stable` by default; `unstable` for servers older than Matrix v1.15
 * @throws `network`, `aborted`
 * @see Matrix specification v1.17, `GET /_matrix/client/v1/auth_metadata`
 */
export function authMetadataRequest(
	homeserver: string,
	options?: RequestOptions & { readonly naming?: "stable" | "unstable" },
): Promise<Response> {
	return send(below(homeserver, paths[options?.naming ?? "stable"]), {}, options);
}

/**
 * Judges the metadata answer: every required field is there, and every URL in it is http(s) without credentials,
 * and https unless the homeserver itself is plain http. So a caller may open and post to them unseen.
 *
 * @param homeserver the base URL that was asked
 * @throws `oauth-unsupported` for 404, `malformed-metadata`, `http-status`, `rate-limited`, `network`
 */
export async function processAuthMetadataResponse(
	homeserver: string,
	response: Response,
): Promise<OAuthMetadata> {
	const body = await readJson(response);
	if (response.status === 404) {
		throw new CountersignClientError(
			clientErrorCode.oauthUnsupported,
			"the homeserver has no OAuth 2.0 API",
			{
				status: 404,
			},
		);
	}
	if (response.status !== 200) throw unexpectedStatus(response, body);
	const parsed = parseOAuthMetadata(body);
	if (!parsed.ok) throw malformedMetadata(parsed.refusal.error);
	const plainHttp = allowsPlainHttp(homeserver);
	const bad = urlFields.find((field) => !isUsable(parsed.value[field], plainHttp));
	if (bad !== undefined) throw malformedMetadata(`${bad} is not a usable URL`);
	return parsed.value;
}

/** Every field a client opens or posts to. A `javascript:` authorization endpoint would run in the caller's page. */
const urlFields = [
	"issuer",
	"authorization_endpoint",
	"token_endpoint",
	"revocation_endpoint",
	"registration_endpoint",
	"device_authorization_endpoint",
	"account_management_uri",
] as const;

function isUsable(url: string | undefined, plainHttp: boolean): boolean {
	return url === undefined || parseHttpUrl(url, { plainHttp }) !== undefined;
}

function malformedMetadata(reason: string): CountersignClientError {
	return new CountersignClientError(clientErrorCode.malformedMetadata, `unusable OAuth metadata: ${reason}`);
}

/**
 * The metadata by the stable path, or by the unstable one where that is 404. Versions are not consulted: servers
 * serve the API without listing v1.15.
 *
 * @throws `oauth-unsupported` when both are 404, and what {@link processAuthMetadataResponse} throws
 */
export async function discoverAuthMetadata(
	homeserver: string,
	options?: RequestOptions,
): Promise<OAuthMetadata> {
	const ask = async (naming: "stable" | "unstable") =>
		processAuthMetadataResponse(homeserver, await authMetadataRequest(homeserver, { ...options, naming }));
	try {
		return await ask("stable");
	} catch (error) {
		if (!isClientError(error, clientErrorCode.oauthUnsupported)) throw error;
		return ask("unstable");
	}
}
