import { CountersignClientError, clientErrorCode } from "./errors.ts";
import type { TokenAnswer } from "./token.ts";
import { type SessionTokens, sessionTokens } from "./token-holder.ts";

/** A new session. Store `clientId` and `deviceId` with the tokens: refreshing and signing out need them. */
export interface NewSession {
	readonly clientId: string;
	readonly deviceId: string;
	/** Ready for `createTokenHolder`. */
	readonly tokens: SessionTokens;
}

/**
 * The tokens a session begins with. Without a refresh token it would be over in minutes, so that is refused.
 *
 * @param askedAt the moment before the request, in epoch milliseconds
 * @throws `malformed-answer`
 * @see Matrix specification v1.17, Client-Server API, "Refresh token grant"
 */
export function firstTokens(answer: TokenAnswer, askedAt: number): SessionTokens {
	const { refreshToken } = answer;
	if (refreshToken !== undefined) return sessionTokens(answer, { askedAt, refreshToken });
	throw new CountersignClientError(clientErrorCode.malformedAnswer, "malformed answer: no refresh_token");
}
