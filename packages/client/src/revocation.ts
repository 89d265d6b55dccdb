import type { OAuthMetadata } from "@countersign/protocol";
import { oauthFailure, postForm } from "./oauth-endpoint.ts";
import { type RequestOptions, readJson } from "./transport.ts";

/** What to revoke. Either token ends the whole session and its device. */
export interface Revocation {
	/** The refresh token where there is one: it is known to the server longest. */
	readonly token: string;
	readonly tokenTypeHint?: "access_token" | "refresh_token" | undefined;
	readonly clientId: string;
}

/**
 * Signs out.
 *
 * @throws `network`, `aborted`: the session may still be alive then; repeating does no harm
 * @see RFC 7009 section 2.1; Matrix specification v1.17, Client-Server API, "Token revocation"
 */
export function revocationRequest(
	metadata: Pick<OAuthMetadata, "revocation_endpoint">,
	{ token, tokenTypeHint, clientId }: Revocation,
	options?: RequestOptions,
): Promise<Response> {
	const hint = tokenTypeHint === undefined ? {} : { token_type_hint: tokenTypeHint };
	return postForm(metadata.revocation_endpoint, { token, client_id: clientId, ...hint }, options);
}

/**
 * Judges the answer to a revocation. Unknown and already dead tokens count as revoked, as servers answer them.
 *
 * @throws `oauth-error`, `http-status`, `rate-limited`, `network`
 * @see RFC 7009 section 2.2
 */
export async function processRevocationResponse(response: Response): Promise<void> {
	const body = await readJson(response);
	if (response.status !== 200) throw oauthFailure(response, body);
}
