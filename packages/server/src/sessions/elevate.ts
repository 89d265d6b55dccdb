import { issuePair } from "./issue.ts";
import { mayHold } from "./open.ts";
import type { SessionsUnit } from "./ports.ts";
import { usualRules } from "./rules.ts";
import type { ElevateOutcome, Sessions, SessionsDeps } from "./session.ts";
import { accessKindBeside, createToken, tokenHash } from "./token-format.ts";

/** @see Sessions.elevate */
export async function elevateSession<Unit extends SessionsUnit>(
	{ storage, clock, random, wayBack, rules = usualRules }: SessionsDeps<Unit>,
	...[session, consume]: Parameters<Sessions<Unit>["elevate"]>
): Promise<ElevateOutcome> {
	const { accountId, clientId, deviceId, event } = session;
	const refreshToken = createToken("refresh", random);
	const accessToken = createToken(accessKindBeside(refreshToken), random);
	return storage.write(async (unit) => {
		const [live] = await unit.sessions.live({ accountId, deviceId });
		if (live?.clientId !== clientId || !mayHold(await unit.sessions.holder(accountId)))
			return { ok: false, reason: "ended" };
		const { id: sessionId, scope } = live;
		if (!(await consume(unit, { sessionId, token: tokenHash(accessToken) })))
			return { ok: false, reason: "spent" };
		const now = clock();
		// Whoever has one of before, the thief of it included, has nothing any more. An app that syncs on with it is told
		// that it has expired, and keeps its keys: of one that nobody knows it would delete them.
		await unit.tokens.expireAccessOf(sessionId, now);
		await unit.tokens.deleteRefreshOf(sessionId);
		await unit.tokens.deleteSealedOf(sessionId);
		const bearer = { sessionId, accountId, scope };
		const { accessSeconds } = rules;
		const issue = { bearer, now, random, accessSeconds, accessToken, event };
		const tokens = await issuePair(unit, refreshToken, issue);
		const way = await wayBack?.(unit);
		if (way !== undefined) await unit.tokens.keepSealed(sessionId, way.seal(sessionId, refreshToken));
		return { ok: true, tokens };
	});
}
