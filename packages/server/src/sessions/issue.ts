import type { AccountId, SessionId } from "@countersign/core";
import type { Random } from "../config/ports.ts";
import { tokenLifetimes } from "./lifetimes.ts";
import type { TokenRecords } from "./ports.ts";
import type { IssuedTokens } from "./session.ts";
import { accessKindBeside, createToken, tokenHash } from "./token-format.ts";

export interface Bearer {
	readonly sessionId: SessionId;
	readonly accountId: AccountId;
	readonly scope: string;
}

/** Hands out the first two tokens of a session, of which the one that refreshes was made for it. */
export async function issuePair(
	unit: { readonly tokens: Pick<TokenRecords, "addAccess" | "addRefresh"> },
	refreshToken: string,
	issue: { readonly bearer: Bearer; readonly now: number; readonly random: Random },
): Promise<IssuedTokens> {
	const { sessionId } = issue.bearer;
	await unit.tokens.addRefresh({ hash: tokenHash(refreshToken), sessionId, createdAt: issue.now });
	return issueBeside(unit, refreshToken, issue);
}

/** Hands out a new access token beside the given refresh token; only its hash stays. */
export async function issueBeside(
	unit: { readonly tokens: Pick<TokenRecords, "addAccess"> },
	refreshToken: string,
	issue: { readonly bearer: Bearer; readonly now: number; readonly random: Random },
): Promise<IssuedTokens> {
	const { bearer, now, random } = issue;
	const accessToken = createToken(accessKindBeside(refreshToken), random);
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
	};
}
