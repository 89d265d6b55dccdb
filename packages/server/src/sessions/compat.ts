import type { SessionId, Transactions } from "@countersign/core";
import { legacyScope } from "@countersign/protocol";
import type { Clock } from "../config/ports.ts";
import { isAccessToken, isExpired } from "./authenticate.ts";
import { compatClient } from "./device-session.ts";
import { issuePair } from "./issue.ts";
import { openWith } from "./open.ts";
import type { SessionsUnit, TokenRecords } from "./ports.ts";
import { usualRules } from "./rules.ts";
import type {
	CompatTokens,
	OpenCompatOutcome,
	OpenCompatSession,
	SessionsDeps,
	SignedIn,
} from "./session.ts";
import { createSynapseRefresh, createToken, tokenHash } from "./token-format.ts";

/** @see Sessions.openCompat */
export async function openCompatSession<Unit extends SessionsUnit>(
	deps: SessionsDeps<Unit>,
	{ renews, isNewDevice = false, ...session }: OpenCompatSession,
	consume: (unit: Unit, sessionId: SessionId) => Promise<boolean>,
): Promise<OpenCompatOutcome> {
	const { random, rules: { accessSeconds } = usualRules } = deps;
	const { accountId, deviceId } = session;
	// The name is for a new device: one that is signed in keeps the name that its owner may have given it.
	const mayBeKnown = !isNewDevice && session.deviceName !== undefined;
	const isKnown = mayBeKnown && (await deps.storage.read.sessions.live({ accountId, deviceId })).length > 0;
	const deviceName = isKnown ? undefined : session.deviceName;
	return openWith<Unit, CompatTokens>(deps, {
		session: { ...session, deviceName, clientId: compatClient, scope: legacyScope },
		consume,
		async issue(unit, { bearer, now, synapseOwner: owner }) {
			const refreshToken = () =>
				owner === undefined ? createToken("compat-refresh", random) : createSynapseRefresh(owner, random);
			if (renews)
				return {
					...(await issuePair(unit, refreshToken(), { bearer, now, random, accessSeconds })),
					deviceId,
				};
			const accessToken = createToken("compat-access", random);
			const { sessionId } = bearer;
			await unit.tokens.addAccess({ hash: tokenHash(accessToken), sessionId, createdAt: now });
			return { accessToken, sessionId, accountId, deviceId };
		},
	});
}

/** @see Sessions.findSignedIn */
export async function findSignedIn(
	deps: {
		readonly storage: Transactions<{ readonly tokens: Pick<TokenRecords, "findAccess"> }>;
		readonly clock: Clock;
	},
	accessToken: string,
): Promise<SignedIn> {
	if (!isAccessToken(accessToken)) return { ok: false, reason: "unknown" };
	const token = await deps.storage.read.tokens.findAccess(tokenHash(accessToken));
	if (token === undefined) return { ok: false, reason: "unknown" };
	if (token.ended) return { ok: false, reason: "ended" };
	if (isExpired(token, deps.clock())) return { ok: false, reason: "expired" };
	return { ok: true, accountId: token.accountId, sessionId: token.sessionId, clientId: token.clientId };
}
