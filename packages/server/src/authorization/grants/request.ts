import type { TokenEndpointGrantContext } from "oidc-provider";
import { errors } from "oidc-provider";

/** A parameter the grant cannot do without. The engine has refused repeated ones already. */
export function required(ctx: TokenEndpointGrantContext, name: string): string {
	const value = ctx.oidc.params[name];
	if (typeof value !== "string" || value === "")
		throw new errors.InvalidRequest(`missing required parameter ${name}`);
	return value;
}

/** `invalid_grant` with words for the developer; they say nothing that the code or token does not say itself. */
export function invalidGrant(description: string): errors.InvalidGrant {
	return Object.assign(new errors.InvalidGrant(), { error_description: description });
}

/** Of a sign-in that would make one device more than the homeserver takes of a person. */
export const tooManyDevices = "The account has as many devices as it may. Sign one out, then sign in again.";

const retryAfterSeconds = 5;

/**
 * "Not now": 503 with an OAuth error. Clients try again with what they hold; a 4xx would have them log out and
 * delete their keys.
 * @see https://spec.matrix.org/v1.17/client-server-api/#refresh-token-grant
 */
export function notNow(ctx: TokenEndpointGrantContext, description: string): errors.TemporarilyUnavailable {
	ctx.set("Retry-After", String(retryAfterSeconds));
	const error = new errors.TemporarilyUnavailable(description);
	return Object.assign(error, { status: 503, statusCode: 503, expose: true });
}
