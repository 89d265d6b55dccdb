import { tokenHash } from "../../sessions/index.ts";
import type { LiveToken, LiveTokens } from "../ports.ts";
import type { MasPerson, MasSession } from "./ports.ts";

/**
 * The tokens that open something for somebody at MAS, as its own introspection answers, without a look at the plan, which
 * is what is held against them. `left`: those for which there is no place here.
 */
export function liveAtMas(
	there: MasPerson,
	{ now, leftApps }: { readonly now: number; readonly leftApps: ReadonlySet<string> },
): LiveTokens {
	if (there.deactivatedAt !== null) return { live: [], left: 0 };
	const all = there.sessions
		.filter(({ isOwnerGone }) => !isOwnerGone)
		.flatMap((session) => tokensOf(session, there, now).map((token) => ({ token, session })));
	const live = all.filter(({ token: { deviceId }, session }) => {
		const isNoApp = session.clientId !== null && leftApps.has(session.clientId);
		const isTooLong = deviceId !== null && [...deviceId].length > 255;
		return !there.isGuest && !isNoApp && opensApi(session) && !isTooLong;
	});
	return { live: live.map(({ token }) => token), left: all.length - live.length };
}

function opensApi({ kind, scope }: MasSession): boolean {
	return kind === "compat" || scope.some((token) => token.endsWith("client:api:*"));
}

function tokensOf(session: MasSession, there: MasPerson, now: number): readonly LiveToken[] {
	const inScope = session.scope.find((token) => token.includes("client:device:"));
	const common = {
		...{ localpart: there.username, sub: there.id, isLocked: there.lockedAt !== null },
		deviceId: session.deviceId ?? inScope?.slice(inScope.indexOf(":device:") + ":device:".length) ?? null,
		admin: session.isSynapseAdmin || session.scope.includes("urn:synapse:admin:*"),
	};
	const access = session.access
		.filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
		.map(({ token, expiresAt }) => ({
			...common,
			...{ role: "access" as const, expiresAt },
			...("hash" in token ? { hash: token.hash } : { hash: tokenHash(token.text), text: token.text }),
		}));
	const refresh = session.refresh
		.filter(({ consumed }) => !consumed)
		.map(({ token }) => ({
			...common,
			...{ role: "refresh" as const, expiresAt: null, hash: tokenHash(token), text: token },
			...(session.clientId !== null && { clientId: session.clientId }),
		}));
	return [...access, ...refresh];
}
