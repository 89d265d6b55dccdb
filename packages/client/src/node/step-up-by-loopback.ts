import type { StepUpOffer } from "@countersign/protocol";
import { deviceScope } from "../authorization.ts";
import { CountersignClientError, clientErrorCode } from "../errors.ts";
import type { SessionTokens } from "../token-holder.ts";
import { type LoopbackFlow, tokensByLoopback } from "./loopback-flow.ts";

/** What {@link stepUpByLoopback} needs. */
export interface LoopbackStepUpOptions extends LoopbackFlow {
	/** Of the session, from `loginByLoopback`. */
	readonly clientId: string;
	/** Of the session: with another one it would be another device. */
	readonly deviceId: string;
	/** As at the sign-in. */
	readonly extraScopes?: readonly string[] | undefined;
	/** What the homeserver asked for, as it was read from its answer. */
	readonly offer: StepUpOffer;
}

/**
 * Has the person prove once more that they are there, and gives the tokens that this bought: of the same session, whose
 * tokens of before are over. Save them first, as `TokenHolder.replace` does, and use the access token for what was
 * refused: the next one that is refreshed is an ordinary one.
 *
 * @throws `challenge-unsupported` where the offer names another scope than the session's, and so another device or more
 * than the person has let this program do: nobody is asked then. As `loginByLoopback`; `oauth-error` with `access_denied` where the person said no, and with
 * `unmet_authentication_requirements` where their account, or the request, has not got what is asked for
 * @see RFC 9470 section 4; MSC4363
 */
export async function stepUpByLoopback(options: LoopbackStepUpOptions): Promise<SessionTokens> {
	const { clientId, deviceId, extraScopes = [], offer } = options;
	const { acrValues, maxAge } = offer;
	const scope = [deviceScope(deviceId), ...extraScopes].join(" ");
	if (offer.scope !== undefined && !isWithin(offer.scope, scope)) {
		const message = "the homeserver wants a step-up for another scope than the session has";
		throw new CountersignClientError(clientErrorCode.challengeUnsupported, message, { safe: true });
	}
	return tokensByLoopback(options, { clientId, scope, acrValues, maxAge });
}

/** In whichever of the two names that scopes of Matrix have. */
function isWithin(offered: string, own: string): boolean {
	const stable = (scope: string) => scope.replaceAll(unstablePrefix, "urn:matrix:client:").split(/ +/);
	const ours = new Set(stable(own));
	return stable(offered.trim()).every((token) => ours.has(token));
}

const unstablePrefix = "urn:matrix:org.matrix.msc2967.client:";
