import type { Random } from "../config/ports.ts";
import { tokenLifetimes } from "./lifetimes.ts";
import type { TokenRecords } from "./ports.ts";
import type { IssuedTokens } from "./session.ts";
import { createToken, tokenHash } from "./token-format.ts";

interface Bearer {
	readonly sessionId: string;
	readonly accountId: string;
	readonly deviceId: string;
	readonly scope: string;
}

/** Hands out a new access token beside the given refresh token; only its hash stays. */
export async function issueBeside(
	unit: { readonly tokens: Pick<TokenRecords, "addAccess"> },
	refreshToken: string,
	issue: { readonly bearer: Bearer; readonly now: number; readonly random: Random },
): Promise<IssuedTokens> {
	const { bearer, now, random } = issue;
	const accessToken = createToken("access", random);
	await unit.tokens.addAccess({
		hash: tokenHash(accessToken),
		sessionId: bearer.sessionId,
		refreshHash: tokenHash(refreshToken),
		createdAt: now,
		expiresAt: now + tokenLifetimes.accessSeconds * 1_000,
	});
	return {
		accessToken,
		refreshToken,
		expiresInSeconds: tokenLifetimes.accessSeconds,
		scope: bearer.scope,
		sessionId: bearer.sessionId,
		accountId: bearer.accountId,
		deviceId: bearer.deviceId,
	};
}
