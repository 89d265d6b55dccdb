import { isIP } from "node:net";
import { administeringLegacyScope, asDeviceId, legacyScope } from "@countersign/protocol";
import { bcryptSchemeOf } from "../proofs/index.ts";
import { planTokens } from "./plan-tokens.ts";
import type { MovedAccess, MovedPerson, MovedSession, SynapsePerson } from "./ports.ts";
import { type Reason, reasons } from "./reasons.ts";

/** What becomes of a person: `left` has no account here. */
export interface Plan {
	readonly reasons: readonly Reason[];
	/** Absent for who is left. */
	readonly person?: MovedPerson;
}

interface Means {
	readonly serverName: string;
	readonly now: number;
}

/** What somebody whom Synapse knows is to be here, and what the operator should know of it. Pure. */
export function planPerson(there: SynapsePerson, { serverName, now }: Means): Plan {
	const localpart = localpartOf(there.userId, serverName);
	if (localpart === undefined) return { reasons: ["other-server"] };
	if (there.appServiceId !== null) return { reasons: ["application-service"] };
	const isOpen = !there.deactivated && !there.isGuest;
	const devices = isOpen ? planDevices(there, now) : { sessions: [], reasons: [] };
	const createdAt = there.createdAtSeconds * 1_000;
	const isLocked = there.locked || there.shadowBanned || there.approved === false;
	const person: MovedPerson = {
		...{ localpart, displayName: there.displayName, createdAt },
		admin: there.admin && isOpen,
		lockedAt: isLocked && !there.deactivated ? createdAt : null,
		deactivatedAt: there.deactivated ? createdAt : null,
		passwordHash: isOpen ? passwordOf(there) : null,
		// Whoever is gone keeps no address from somebody else, as with those who close their account here.
		emails: there.threepids
			.filter(({ medium }) => isOpen && medium === "email")
			.map(({ address, addedAt }) => ({ address, addedAt })),
		links: there.externalIds,
		sessions: devices.sessions,
	};
	return { reasons: [...new Set([...aboutPerson(there), ...devices.reasons])], person };
}

/** A user id's own part, in whatever case and characters it has; undefined for one of elsewhere. */
function localpartOf(userId: string, serverName: string): string | undefined {
	const end = `:${serverName}`;
	const isOurs = userId.startsWith("@") && userId.endsWith(end) && userId.length > end.length + 1;
	return isOurs ? userId.slice(1, -end.length) : undefined;
}

function passwordOf({ passwordHash }: SynapsePerson): string | null {
	return passwordHash !== null && bcryptSchemeOf(passwordHash) !== undefined ? passwordHash : null;
}

function aboutPerson(there: SynapsePerson): readonly Reason[] {
	if (there.deactivated) return ["closed"];
	if (there.isGuest) return ["guest"];
	const has: readonly (readonly [boolean, Reason])[] = [
		[there.locked, "locked"],
		[there.shadowBanned, "shadow-banned"],
		[there.approved === false, "unapproved"],
		[there.passwordHash === null, "no-password"],
		[there.passwordHash !== null && passwordOf(there) === null, "odd-password"],
		[there.threepids.some(({ medium }) => medium !== "email"), "phone"],
		[there.externalIds.length > 0, "other-sign-in"],
	];
	return has.filter(([is]) => is).map(([, reason]) => reason);
}

function planDevices(there: SynapsePerson, now: number) {
	const planned = planTokens(there, now);
	const scope = there.admin ? administeringLegacyScope : legacyScope;
	const sessions = there.devices.flatMap((device): readonly MovedSession[] => {
		const tokens = planned.byDevice.get(device.deviceId);
		if (tokens === undefined) return [];
		const { access, refresh } = tokens;
		const createdAt = Math.min(...[...access, ...refresh].map((token) => token.createdAt));
		return [
			{
				...{ deviceId: asDeviceId(device.deviceId), deviceName: device.displayName, scope, access, refresh },
				...{ createdAt, lastUsedAt: Math.max(createdAt, device.lastSeen ?? createdAt) },
				lastAddress: device.ip !== null && isIP(device.ip) !== 0 ? device.ip : null,
				userAgent: device.userAgent,
			},
		];
	});
	return {
		sessions: [...sessions, ...planned.withoutDevice.map((token) => sessionOf(token, scope))],
		reasons: planned.reasons,
	};
}

/** A token without a device is a session of its own, so that each can be ended. */
function sessionOf(token: MovedAccess, scope: string): MovedSession {
	const { createdAt } = token;
	return {
		...{ deviceId: null, deviceName: null, scope, createdAt, lastUsedAt: createdAt, lastAddress: null },
		...{ userAgent: null, access: [token], refresh: [] },
	};
}

/** In which of the three lists somebody of these reasons stands. */
export function listOf(plan: Plan): "moved" | "noted" | "left" {
	if (plan.person === undefined) return "left";
	return plan.reasons.length === 0 ? "moved" : "noted";
}

/** The reasons among these that stop a move until they are accepted. */
export function stopping(found: readonly Reason[], accepted: readonly Reason[]): readonly Reason[] {
	return found.filter((reason) => reasons[reason].kind === "error" && !accepted.includes(reason));
}
