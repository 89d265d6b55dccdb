import { administers, type DeviceId } from "@countersign/protocol";
import { tokenHash, tokenKind } from "../sessions/index.ts";
import { endOfChain, type Following } from "./chain.ts";
import { type Opening, tokenSince } from "./first-token.ts";
import { planTokens } from "./plan-tokens.ts";
import type {
	ChangesThere,
	PersonHere,
	RefreshThere,
	SessionHere,
	SynapsePerson,
	SynapseRefresh,
} from "./ports.ts";

export interface BackPlan {
	readonly changes: ChangesThere;
	/** Devices that are signed in here, and cannot be there: nobody knows the tokens that were made here. */
	readonly signedOut: readonly { readonly deviceId: string; readonly name: string | null }[];
}

/**
 * What Synapse has to know of a person who goes back: what ended here ends there, refresh tokens go on where they are by
 * now, and the password is the newest. Tokens that never moved stay as they are there. Pure.
 */
export function planBack(there: SynapsePerson, here: PersonHere, back: Opening): BackPlan {
	const { byDevice, withoutDevice } = planTokens(there, back.now);
	const moved = [...byDevice.values()];
	const allAccess = [...moved.flatMap(({ access }) => access), ...withoutDevice];
	const movedAccess = new Set(allAccess.map(({ hash }) => hash));
	const movedRefresh = new Set(moved.flatMap(({ refresh }) => refresh.map(({ hash }) => hash)));
	const liveAccess = new Set(here.sessions.flatMap(({ access }) => [...access]));
	const deleteAccess = there.accessTokens
		.map(({ token }) => token)
		.filter((token) => movedAccess.has(tokenHash(token)) && !liveAccess.has(tokenHash(token)));
	const old = there.refreshTokens.filter(({ token }) => movedRefresh.has(tokenHash(token)));
	const chains = here.sessions
		.filter(isOnDevice)
		.map((session) => ({ session, ...chainOf(session, old, back) }));
	const kept = new Set(chains.flatMap(({ keeps }) => keeps));
	const isMoved = ({ session, adds, keeps }: (typeof chains)[number]) =>
		adds !== undefined || keeps.length > 0 || [...session.access].some((hash) => movedAccess.has(hash));
	const since = chains
		.filter((chain) => !isMoved(chain))
		.map(({ session }) => ({ session, ...sinceAtSynapse(session, { there, here, back }) }));
	return {
		changes: {
			deleteAccess,
			deleteRefresh: old.filter((token) => !kept.has(token)).map(({ id }) => id),
			addRefresh: [...chains, ...since].flatMap(({ adds }) => adds ?? []),
			addAccess: since.flatMap(({ access }) => access ?? []),
			...accountThere(there, here),
		},
		signedOut: since
			.filter(({ access, adds }) => access === undefined && adds === undefined)
			.map(({ session: { deviceId, deviceName } }) => ({ deviceId, name: deviceName })),
	};
}

/** Without a device there is no more than the one token, which Synapse has as it is. */
type OnDevice = SessionHere & { readonly deviceId: DeviceId };

function isOnDevice(session: SessionHere): session is OnDevice {
	return session.deviceId !== null;
}

interface Chain {
	/** Rows there that are good as they are. */
	readonly keeps: readonly SynapseRefresh[];
	readonly adds?: RefreshThere;
}

interface Both {
	readonly there: SynapsePerson;
	readonly here: PersonHere;
	readonly back: Opening;
}

/** What of a session that began here Synapse takes: it is no OAuth server, and gives whoever administers no other token. */
function sinceAtSynapse(
	session: OnDevice,
	{ there, here, back }: Both,
): { readonly adds?: RefreshThere; readonly access?: ChangesThere["addAccess"][number] } {
	const { deviceId } = session;
	if (!there.devices.some((device) => device.deviceId === deviceId)) return {};
	const since = tokenSince(session, back);
	if (since === undefined) return {};
	if (since.kind === "access") {
		const isLasting = tokenKind(since.token) === "lasting";
		const isMore = isLasting && here.admin && !administers(session.scope);
		const { endsAt } = session;
		const end = endsAt === null ? {} : { until: endsAt };
		return isMore ? {} : { access: { deviceId, token: since.token, ...end } };
	}
	const { token, before } = since;
	if (!token.startsWith("syr_")) return {};
	return { adds: { deviceId, token, ...(before !== undefined && { before }) } };
}

/** Where the refresh tokens of a device, of which Synapse has the first, are by now. */
function chainOf(session: OnDevice, old: readonly SynapseRefresh[], back: Following): Chain {
	const theirs = old.filter(({ deviceId }) => deviceId === session.deviceId);
	const isGood = ({ token }: SynapseRefresh) => session.refresh.get(tokenHash(token))?.isUsed === false;
	// Where a refresh was answered in vain time and again, Synapse has one token more for each time, which nobody ever got:
	// the one that was used here says where the app is, not those that were not.
	for (const first of theirs) {
		const end = isGood(first) ? undefined : endOfChain(session, first.token, back);
		if (end === undefined || theirs.some(({ token }) => token === end.token)) continue;
		const { token, before, hasArrived } = end;
		return { keeps: [], adds: { deviceId: session.deviceId, token, ...(hasArrived ? {} : { before }) } };
	}
	const untouched = theirs.filter(isGood);
	return { keeps: [...untouched, ...beforeLost(session, untouched, theirs)] };
}

/** What went back already, in an attempt that was broken off: where the answer may have been lost, the one before goes on. */
function beforeLost(
	session: SessionHere,
	good: readonly SynapseRefresh[],
	theirs: readonly SynapseRefresh[],
): readonly SynapseRefresh[] {
	const lost = good.filter(({ token }) => session.refresh.get(tokenHash(token))?.hasArrived === false);
	return theirs.filter((each) => !good.includes(each) && lost.some(({ id }) => id === each.nextId));
}

function accountThere(there: SynapsePerson, here: PersonHere): Pick<ChangesThere, "account"> {
	const { passwordHash, admin, locked } = here;
	const isSame = there.passwordHash === passwordHash && there.admin === admin && there.locked === locked;
	const isClosed = there.deactivated || there.isGuest;
	return isSame || isClosed ? {} : { account: { passwordHash, admin, locked } };
}
