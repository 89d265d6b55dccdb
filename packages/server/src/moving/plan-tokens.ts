import { isRefresh, tokenHash, tokenKind } from "../sessions/index.ts";
import type { MovedAccess, MovedRefresh, SynapseAccess, SynapsePerson, SynapseRefresh } from "./ports.ts";
import type { Reason } from "./reasons.ts";

interface DeviceTokens {
	readonly access: readonly MovedAccess[];
	readonly refresh: readonly MovedRefresh[];
}

/** More the homeserver takes for a failure of ours. */
const longestDeviceId = 255;

interface PlannedTokens {
	/** A device without any is not there. */
	readonly byDevice: ReadonlyMap<string, DeviceTokens>;
	/** Those that are of none. */
	readonly withoutDevice: readonly MovedAccess[];
	readonly reasons: readonly Reason[];
}

/** The tokens of a person that open something; whatever had ended, or is for somebody else, is left out and named. */
export function planTokens(there: SynapsePerson, now: number): PlannedTokens {
	const found: Reason[] = [];
	const known = new Set(there.devices.map(({ deviceId }) => deviceId));
	const usable = (token: { readonly token: string; readonly deviceId: string | null }, kind: TokenRole) => {
		const reason = faultOf(token, kind, known);
		if (reason !== undefined) found.push(reason);
		return reason === undefined;
	};
	const own = there.accessTokens.filter(({ puppets }) => puppets === null);
	if (own.length < there.accessTokens.length) found.push("puppet");
	const access = own.filter((token) => usable(token, "access"));
	const refresh = there.refreshTokens.filter((token) => usable(token, "refresh"));
	const times = { now, since: there.createdAtSeconds * 1_000 };
	const byDevice = new Map<string, DeviceTokens>();
	for (const deviceId of known) {
		const of = <Token extends { readonly deviceId: string | null }>(tokens: readonly Token[]) =>
			tokens.filter((token) => token.deviceId === deviceId);
		const planned = planDevice(of(access), of(refresh), times);
		if (planned.refresh.length + planned.access.length > 0) byDevice.set(deviceId, planned);
		else if (of(access).length + of(refresh).length > 0) found.push("expired");
	}
	if (refresh.some((token) => endOf(token) !== null)) found.push("lifetime");
	const without = access.filter(({ deviceId }) => deviceId === null);
	const withoutDevice = planDevice(without, [], times).access;
	if (withoutDevice.length > 0) found.push("no-device");
	return { byDevice, withoutDevice, reasons: found };
}

type TokenRole = "access" | "refresh";

function faultOf(
	{ token, deviceId }: { readonly token: string; readonly deviceId: string | null },
	role: TokenRole,
	devices: ReadonlySet<string>,
): Reason | undefined {
	const kind = tokenKind(token);
	if (kind === undefined || isRefresh(kind) !== (role === "refresh")) return "odd-token";
	if (deviceId === null) return undefined;
	if (!devices.has(deviceId)) return "lost-device";
	return [...deviceId].length > longestDeviceId ? "long-device" : undefined;
}

interface Times {
	readonly now: number;
	/** What stands for a time that nobody noted. */
	readonly since: number;
}

function planDevice(
	access: readonly SynapseAccess[],
	refresh: readonly SynapseRefresh[],
	{ now, since }: Times,
): DeviceTokens {
	const byId = new Map(refresh.map((token) => [token.id, token]));
	const live = new Set(
		refresh.filter((token) => !isOver(endOf(token), now) && !isReplaced(token, { byId, access })),
	);
	const hashOf = (token: SynapseRefresh | undefined) =>
		token !== undefined && live.has(token) ? tokenHash(token.token) : undefined;
	const before = (token: SynapseRefresh) => [...live].find(({ nextId }) => nextId === token.id);
	const sibling = (token: SynapseRefresh) =>
		hashOf(token.nextId === null ? before(token) : byId.get(token.nextId));
	return {
		access: access
			.filter(({ validUntil }) => !isOver(validUntil, now))
			.map((token) => {
				const beside = token.refreshTokenId === null ? undefined : hashOf(byId.get(token.refreshTokenId));
				return {
					...{ hash: tokenHash(token.token), createdAt: token.lastValidated ?? since, used: token.used },
					...(beside === undefined ? {} : { refreshHash: beside }),
					...(token.validUntil === null ? {} : { expiresAt: token.validUntil }),
				};
			}),
		refresh: [...live].map((token) => {
			const other = sibling(token);
			return {
				...{ hash: tokenHash(token.token), createdAt: since },
				...(other === undefined ? {} : { sibling: other }),
			};
		}),
	};
}

/** Whether what followed this token has arrived: what was handed out beside it was used, or it was refreshed itself. */
function isReplaced(
	{ nextId }: SynapseRefresh,
	{
		byId,
		access,
	}: { readonly byId: ReadonlyMap<number, SynapseRefresh>; readonly access: readonly SynapseAccess[] },
): boolean {
	if (nextId === null) return false;
	const next = byId.get(nextId);
	return (
		next === undefined ||
		next.nextId !== null ||
		access.some(({ refreshTokenId, used }) => refreshTokenId === nextId && used)
	);
}

function endOf({ expiresAt, sessionEndsAt }: SynapseRefresh): number | null {
	const ends = [expiresAt, sessionEndsAt].filter((at) => at !== null);
	return ends.length === 0 ? null : Math.min(...ends);
}

function isOver(at: number | null, now: number): boolean {
	return at !== null && at <= now;
}
