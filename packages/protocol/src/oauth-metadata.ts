import { errcodes } from "./matrix-error.ts";
import type { Parsed } from "./parse.ts";
import { refuse } from "./parse.ts";

/**
 * The authorization server's metadata, as `auth_metadata` serves it. The first nine members are required.
 * @see https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv1auth_metadata
 * @see RFC 8414 section 2
 */
export interface OAuthMetadata {
	readonly issuer: string;
	readonly authorization_endpoint: string;
	readonly token_endpoint: string;
	readonly revocation_endpoint: string;
	readonly registration_endpoint: string;
	/** Contains `code`. */
	readonly response_types_supported: readonly string[];
	/** Contains `authorization_code` and `refresh_token`. */
	readonly grant_types_supported: readonly string[];
	/** Contains `query` and `fragment`. */
	readonly response_modes_supported: readonly string[];
	/** Contains `S256`. */
	readonly code_challenge_methods_supported: readonly string[];
	readonly prompt_values_supported?: readonly string[];
	readonly device_authorization_endpoint?: string;
	readonly account_management_uri?: string;
	readonly account_management_actions_supported?: readonly string[];
	readonly jwks_uri?: string;
	readonly introspection_endpoint?: string;
	readonly userinfo_endpoint?: string;
	readonly scopes_supported?: readonly string[];
	readonly token_endpoint_auth_methods_supported?: readonly string[];
	readonly acr_values_supported?: readonly string[];
}

export function parseOAuthMetadata(_body: unknown): Parsed<OAuthMetadata> {
	return refuse(errcodes.badJson, "Server metadata must be an object");
}
