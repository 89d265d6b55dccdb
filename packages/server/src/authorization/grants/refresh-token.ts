import type { TokenEndpointGrantContext } from "oidc-provider";
import type { Sessions } from "../../sessions/index.ts";
import { answerTokens } from "./answer.ts";
import { invalidGrant, notNow, required } from "./request.ts";
import { visitOf } from "./visit.ts";

/**
 * Rotates a refresh token. What passes (a locked account, an outage) answers 503, never a 4xx: deployed clients take
 * any 4xx here as the end of the session and delete their keys.
 * @see https://spec.matrix.org/v1.17/client-server-api/#refresh-token-grant
 */
export function createRefreshGrant(sessions: Pick<Sessions, "refresh">) {
	return async (ctx: TokenEndpointGrantContext): Promise<void> => {
		const outcome = await sessions.refresh({
			refreshToken: required(ctx, "refresh_token"),
			clientId: ctx.oidc.client.clientId,
			address: visitOf(ctx).address,
		});
		if (outcome.ok) {
			answerTokens(ctx, outcome.tokens);
			return;
		}
		if (outcome.reason === "locked") throw notNow(ctx, "The account is locked.");
		// An app that slept meanwhile has a newer one in its storage, and finds it when it tries again.
		if (outcome.reason === "late") throw notNow(ctx, "The refresh token was used before. Use the newest.");
		throw invalidGrant("The refresh token is not valid.");
	};
}
