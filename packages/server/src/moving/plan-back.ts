import type { DeviceId } from "@countersign/protocol";
import { tokenHash } from "../sessions/index.ts";
import { endOfChain, type Following } from "./chain.ts";
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
	/** Devices that are signed in here, and cannot be there: their tokens were made here, and only hashes stay. */
	readonly signedOut: readonly { readonly deviceId: string; readonly name: string | null }[];
}

/**
 * What Synapse has to know of a person who goes back: what ended here ends there, refresh tokens go on where they are by
 * now, and the password is the newest. Tokens that never moved stay as they are there. Pure.
 */
export function planBack(there: SynapsePerson, here: PersonHere, back: Following): BackPlan {
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
	const goesOn = ({ session, adds, keeps }: (typeof chains)[number]) =>
		adds !== undefined || keeps.length > 0 || [...session.access].some((hash) => movedAccess.has(hash));
	return {
		changes: {
			deleteAccess,
			deleteRefresh: old.filter((token) => !kept.has(token)).map(({ id }) => id),
			addRefresh: chains.flatMap(({ adds }) => adds ?? []),
			...accountThere(there, here),
		},
		signedOut: chains
			.filter((chain) => !goesOn(chain))
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
