import type { AccountId, SessionId } from "@countersign/core";
import type { Random } from "../config/ports.ts";
import type { AuthenticationEvent, TokenRecords } from "./ports.ts";
import type { IssuedTokens } from "./session.ts";
import { accessKindBeside, createToken, tokenHash } from "./token-format.ts";

export interface Bearer {
	readonly sessionId: SessionId;
	readonly accountId: AccountId;
	readonly scope: string;
}

interface Issue {
	readonly bearer: Bearer;
	readonly now: number;
	readonly random: Random;
	/** How long the access token lasts. */
	readonly accessSeconds: number;
	/** The text of the access token. Default: a new one. */
	readonly accessToken?: string;
	/** What the access token stands for. Default: it is not said. */
	readonly event?: AuthenticationEvent | undefined;
}

/** Hands out the first two tokens of a session, of which the one that refreshes was made for it. */
export async function issuePair(
	unit: { readonly tokens: Pick<TokenRecords, "addAccess" | "addRefresh"> },
	refreshToken: string,
	issue: Issue,
): Promise<IssuedTokens> {
	const { sessionId } = issue.bearer;
	await unit.tokens.addRefresh({ hash: tokenHash(refreshToken), sessionId, createdAt: issue.now });
	return issueBeside(unit, refreshToken, issue);
}

/** Hands out a new access token beside the given refresh token; only its hash stays. */
export async function issueBeside(
	unit: { readonly tokens: Pick<TokenRecords, "addAccess"> },
	refreshToken: string,
	issue: Issue,
): Promise<IssuedTokens> {
	const { bearer, now, random, event, accessSeconds } = issue;
	const { accessToken = createToken(accessKindBeside(refreshToken), random) } = issue;
	await unit.tokens.addAccess({
		hash: tokenHash(accessToken),
		sessionId: bearer.sessionId,
		refreshHash: tokenHash(refreshToken),
		createdAt: now,
		expiresAt: now + accessSeconds * 1_000,
		...(event !== undefined && { event }),
	});
	const { scope, sessionId, accountId } = bearer;
	return { accessToken, refreshToken, expiresInSeconds: accessSeconds, scope, sessionId, accountId };
}
