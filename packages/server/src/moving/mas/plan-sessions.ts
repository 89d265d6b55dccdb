import { isIP } from "node:net";
import {
	administeringLegacyScope,
	administers,
	asDeviceId,
	legacyScope,
	parseMatrixScope,
} from "@countersign/protocol";
import { isRefresh, lastingClient, lastingMetadata, tokenHash, tokenKind } from "../../sessions/index.ts";
import type { MovedAccess, MovedRefresh, MovedSession } from "../ports.ts";
import type { Reason } from "../reasons.ts";
import type { MasAccess, MasRefresh, MasSession } from "./ports.ts";

export interface SessionMeans {
	readonly publicBase: string;
	readonly now: number;
	/** Apps that are not moved. */
	readonly leftApps: ReadonlySet<string>;
}

/** The sessions of a person, one for each device and each that has none; whatever cannot come along is named. */
export function planSessions(
	sessions: readonly MasSession[],
	means: SessionMeans,
): { readonly sessions: readonly MovedSession[]; readonly reasons: readonly Reason[] } {
	const { moving, reasons } = planEach(sessions, means);
	const byDevice = new Map<string, MovedSession>();
	const withoutDevice: MovedSession[] = [];
	for (const { session } of moving) {
		const { deviceId } = session;
		if (deviceId === null) {
			withoutDevice.push(session);
			continue;
		}
		const newer = byDevice.get(deviceId);
		if (newer !== undefined) reasons.push("two-sessions");
		byDevice.set(deviceId, newer === undefined ? session : joined(newer, session));
	}
	if (withoutDevice.length > 0) reasons.push("no-device");
	return { sessions: [...byDevice.values(), ...withoutDevice], reasons };
}

/** A session there, and what it is alone. */
export interface MovingSession {
	readonly there: MasSession;
	readonly session: MovedSession;
}

/** Each session that moves, the newest first. */
export function planEach(
	sessions: readonly MasSession[],
	means: SessionMeans,
): { readonly moving: readonly MovingSession[]; readonly reasons: Reason[] } {
	const newestFirst = sessions.toSorted((one, other) => other.createdAt - one.createdAt);
	const planned = newestFirst.map((there) => ({ there, ...planSession(there, means) }));
	return {
		moving: planned.flatMap(({ there, session }) => (session === undefined ? [] : [{ there, session }])),
		reasons: planned.flatMap(({ reasons }) => reasons),
	};
}

/** One device is one session here. What another app refreshes with is worth nothing in it. */
function joined(newer: MovedSession, older: MovedSession): MovedSession {
	const isSameApp = newer.client?.id === older.client?.id;
	return {
		...newer,
		access: [...newer.access, ...older.access],
		refresh: isSameApp ? [...newer.refresh, ...older.refresh] : newer.refresh,
	};
}

interface Planned {
	/** Absent for one that is left. */
	readonly session?: MovedSession;
	readonly reasons: readonly Reason[];
}

/** More the homeserver takes for a failure of ours. */
const longestDeviceId = 255;

function planSession(there: MasSession, means: SessionMeans): Planned {
	if (there.isOwnerGone) return { reasons: ["owner-gone"] };
	if (there.clientId !== null && means.leftApps.has(there.clientId)) return { reasons: ["no-app"] };
	const scope = scopeOf(there);
	if (!scope.ok) return { reasons: [scope.reason] };
	const deviceId = scope.deviceId === null ? null : asDeviceId(scope.deviceId);
	if (deviceId !== null && [...deviceId].length > longestDeviceId) return { reasons: ["long-device"] };
	const tokens = tokensOf(there, means.now);
	return {
		session: {
			id: there.id,
			...clientOf(there, means.publicBase),
			...{ deviceId, deviceName: there.name, scope: scope.text },
			...{ createdAt: there.createdAt, lastUsedAt: there.lastActiveAt ?? there.createdAt },
			lastAddress:
				there.lastActiveAddress !== null && isIP(there.lastActiveAddress) !== 0
					? there.lastActiveAddress
					: null,
			userAgent: there.userAgent,
			...{ access: tokens.access, refresh: tokens.refresh },
		},
		reasons: tokens.reasons,
	};
}

type Scope =
	| { readonly ok: true; readonly text: string; readonly deviceId: string | null }
	| { readonly ok: false; readonly reason: Reason };

const api = /^urn:matrix:(?:org\.matrix\.msc2967\.)?client:api:\*$/;
const device = /^urn:matrix:(?:org\.matrix\.msc2967\.)?client:device:(.+)$/;

/** The scope as it was granted. One that could not be granted here goes on as a session of the older login API has it. */
function scopeOf({ kind, scope, deviceId, isSynapseAdmin }: MasSession): Scope {
	if (kind === "compat") {
		return { ok: true, deviceId, text: isSynapseAdmin ? administeringLegacyScope : legacyScope };
	}
	if (!scope.some((token) => api.test(token))) return { ok: false, reason: "odd-scope" };
	const id = scope.map((token) => device.exec(token)?.[1]).find((each) => each !== undefined) ?? null;
	const text = scope.join(" ");
	if (id === null || parseMatrixScope(text).ok) return { ok: true, deviceId: id, text };
	return { ok: true, deviceId: id, text: administers(text) ? administeringLegacyScope : legacyScope };
}

function clientOf(
	{ kind, clientId, id, name }: MasSession,
	publicBase: string,
): Pick<MovedSession, "client"> {
	switch (kind) {
		case "compat":
			return {};
		case "oauth":
			return clientId === null ? {} : { client: { id: clientId } };
		case "personal":
			return {
				client: { id: `${lastingClient}${id}`, metadata: lastingMetadata(name ?? "", publicBase) },
			};
	}
}

interface Tokens {
	readonly access: readonly MovedAccess[];
	readonly refresh: readonly MovedRefresh[];
	readonly reasons: readonly Reason[];
}

function tokensOf(there: MasSession, now: number): Tokens {
	const access = there.access.filter((token) => isKnown(token, "access"));
	const refresh = there.refresh.filter(({ token }) => isKnown({ token: { text: token } }, "refresh"));
	const isLive = ({ expiresAt }: MasAccess) => expiresAt === null || expiresAt > now;
	const isOdd =
		there.access.some((token) => isLive(token) && !isKnown(token, "access")) ||
		refresh.length < there.refresh.length;
	const byId = new Map(refresh.map((token) => [token.id, token]));
	const live = refresh.filter((token) => !token.consumed || mayComeAgain(token, { byId, access }));
	const before = (token: MasRefresh) => live.find(({ nextId }) => nextId === token.id);
	const sibling = (token: MasRefresh) => (token.consumed ? byId.get(token.nextId ?? "") : before(token));
	const beside = new Map(
		live.flatMap(({ accessId, token }) => (accessId === null ? [] : [[accessId, token]])),
	);
	return {
		access: access.filter(isLive).map(({ id, token, createdAt, expiresAt, used }) => {
			const refreshed = beside.get(id);
			return {
				...{ hash: "hash" in token ? token.hash : tokenHash(token.text), createdAt, used },
				...(refreshed !== undefined && { refreshHash: tokenHash(refreshed) }),
				...(expiresAt !== null && { expiresAt }),
			};
		}),
		refresh: live.map((token) => {
			const other = sibling(token);
			return {
				...{ hash: tokenHash(token.token), createdAt: token.createdAt },
				...(other !== undefined && { sibling: tokenHash(other.token) }),
			};
		}),
		reasons: isOdd ? ["odd-token"] : [],
	};
}

function isKnown({ token }: Pick<MasAccess, "token">, role: "access" | "refresh"): boolean {
	if ("hash" in token) return true;
	const kind = tokenKind(token.text);
	return kind !== undefined && isRefresh(kind) === (role === "refresh");
}

/** A token that was used, and of which nobody knows whether the answer arrived: what followed was never used. */
function mayComeAgain(
	{ nextId }: MasRefresh,
	{ byId, access }: { readonly byId: ReadonlyMap<string, MasRefresh>; readonly access: readonly MasAccess[] },
): boolean {
	const next = nextId === null ? undefined : byId.get(nextId);
	if (next === undefined || next.consumed) return false;
	return !access.some(({ id, used }) => id === next.accessId && used);
}
