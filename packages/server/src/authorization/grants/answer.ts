import type { IssuedTokens } from "../../sessions/index.ts";

/**
 * The token response. A refresh token always: clients without one log out at the first expiry.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1
 */
export function tokenAnswer(tokens: IssuedTokens, idToken?: string) {
	return {
		access_token: tokens.accessToken,
		token_type: "Bearer",
		expires_in: tokens.expiresInSeconds,
		refresh_token: tokens.refreshToken,
		scope: tokens.scope,
		...(idToken === undefined ? {} : { id_token: idToken }),
	};
}
