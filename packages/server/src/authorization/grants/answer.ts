import type { TokenEndpointGrantContext } from "oidc-provider";
import type { IssuedTokens } from "../../sessions/index.ts";

/**
 * The token response, for no cache to keep. A refresh token always: clients without one log out at the first expiry.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1
 */
export function answerTokens(ctx: TokenEndpointGrantContext, tokens: IssuedTokens, idToken?: string): void {
	ctx.set("Cache-Control", "no-store");
	ctx.set("Pragma", "no-cache");
	ctx.body = {
		access_token: tokens.accessToken,
		token_type: "Bearer",
		expires_in: tokens.expiresInSeconds,
		refresh_token: tokens.refreshToken,
		scope: tokens.scope,
		...(idToken === undefined ? {} : { id_token: idToken }),
	};
}
