import type { TokenClient } from "./ports.ts";

/** What a token's name is kept in. */
export function lastingMetadata(name: string, publicBase: string): TokenClient["metadata"] {
	return {
		application_type: "native",
		client_uri: publicBase,
		client_name: name,
		redirect_uris: [],
		response_types: [],
		grant_types: [],
		token_endpoint_auth_method: "none",
		localized: {},
	};
}
