import { tokenHash } from "../sessions/index.ts";
import type { LiveTokens, SynapsePerson, SynapseRefresh } from "./ports.ts";

/**
 * The tokens by which somebody is signed in at Synapse, read as Synapse reads them and without a look at the plan, which
 * is what is held against them. `left`: those for which there is no place here.
 */
export function liveAtSynapse(
	there: SynapsePerson,
	{ serverName, now }: { readonly serverName: string; readonly now: number },
): LiveTokens {
	if (there.deactivated) return { live: [], left: 0 };
	const devices = new Set(there.devices.map(({ deviceId }) => deviceId));
	const isLeft = there.isGuest || there.appServiceId !== null;
	const localpart = there.userId.slice(1, -serverName.length - 1);
	const common = {
		localpart,
		admin: there.admin,
		isLocked: there.locked || there.shadowBanned || there.approved === false,
	};
	const unended = there.accessTokens.filter(({ validUntil }) => validUntil === null || validUntil > now);
	const own = unended.filter(
		({ puppets, deviceId }) => puppets === null && (deviceId === null || isHere(deviceId, devices)),
	);
	const access = own.map(({ token, deviceId, validUntil }) => ({
		...common,
		...{ role: "access" as const, text: token, hash: tokenHash(token) },
		...{ deviceId, expiresAt: validUntil },
	}));
	const refreshing = there.refreshTokens.filter((token) => isGood(token, there, now));
	const refresh = refreshing
		.filter(({ deviceId }) => isHere(deviceId, devices))
		.map(({ token, deviceId }) => ({
			...common,
			...{ role: "refresh" as const, text: token, hash: tokenHash(token), deviceId, expiresAt: null },
		}));
	const live = [...access, ...refresh];
	const all = unended.length + refreshing.length;
	return isLeft ? { live: [], left: all } : { live, left: all - live.length };
}

function isHere(deviceId: string, devices: ReadonlySet<string>): boolean {
	return devices.has(deviceId) && [...deviceId].length <= 255;
}

/** Synapse refreshes with a token until what it gave for it was used. */
function isGood(
	{ nextId, expiresAt, sessionEndsAt }: SynapseRefresh,
	there: SynapsePerson,
	now: number,
): boolean {
	if ([expiresAt, sessionEndsAt].some((end) => end !== null && end <= now)) return false;
	if (nextId === null) return true;
	const next = there.refreshTokens.find(({ id }) => id === nextId);
	const wasUsed = there.accessTokens.some(({ refreshTokenId, used }) => refreshTokenId === nextId && used);
	return next?.nextId === null && !wasUsed;
}
