/** An auth_metadata document whose endpoints are on the given origin. */
export function metadataAt(origin: string) {
	return {
		issuer: `${origin}/`,
		authorization_endpoint: `${origin}/authorize`,
		token_endpoint: `${origin}/oauth2/token`,
		revocation_endpoint: `${origin}/oauth2/revoke`,
		registration_endpoint: `${origin}/oauth2/registration`,
		response_types_supported: ["code"],
		grant_types_supported: ["authorization_code", "refresh_token"],
		response_modes_supported: ["query", "fragment"],
		code_challenge_methods_supported: ["S256"],
	};
}
