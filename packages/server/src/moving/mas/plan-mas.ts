import { administers } from "@countersign/protocol";
import type { PasswordSchemeConfig } from "../../config/index.ts";
import { carriedHash, isHashOf } from "../../proofs/index.ts";
import type { Plan } from "../plan-person.ts";
import type { PlannedSource } from "../planned.ts";
import type { Reason } from "../reasons.ts";
import { liveAtMas } from "./live-mas.ts";
import { planClient } from "./plan-client.ts";
import { planSessions } from "./plan-sessions.ts";
import type { MasPerson, MasSource } from "./ports.ts";

/** What of MAS's settings decides what becomes of people. */
export interface MasFacts {
	readonly serverName: string;
	/** With a trailing slash. */
	readonly publicBase: string;
	readonly schemes: readonly PasswordSchemeConfig[];
	/** Nobody signs in by a password there. */
	readonly arePasswordsOff: boolean;
	readonly encryptionKey: Uint8Array;
	/** By which id tokens can be signed with its keys. */
	readonly algorithms: readonly string[];
	/** Whom its policy makes administrators, by name. */
	readonly adminUsers: readonly string[];
}

/** People of a MAS. Apps have to be asked for before people: who uses one that is left is told so. */
export function planMas(
	source: Pick<MasSource, "people" | "clients" | "kept">,
	facts: MasFacts & { readonly now: number },
): PlannedSource {
	const leftApps = new Set<string>();
	return {
		async apps(page) {
			const plans = (await source.clients(page)).map((client) => planClient(client, facts));
			for (const plan of plans) if (!plan.ok) leftApps.add(plan.id);
			return plans;
		},
		kept: () => source.kept(),
		async people(page) {
			const people = await source.people(page);
			return people.map((there) => ({
				...{ key: there.id, user: `@${there.username}:${facts.serverName}` },
				plan: planMasPerson(there, { ...facts, leftApps }),
				live: () => liveAtMas(there, { now: facts.now, leftApps }),
			}));
		},
	};
}

interface Means extends MasFacts {
	readonly now: number;
	readonly leftApps: ReadonlySet<string>;
}

/** What somebody whom MAS knows is to be here, and what the operator should know of it. Pure. */
function planMasPerson(there: MasPerson, means: Means): Plan {
	const isOpen = there.deactivatedAt === null && !there.isGuest;
	const admin = isOpen && (there.admin || means.adminUsers.includes(there.username));
	const planned = planSessions(isOpen ? there.sessions : [], means);
	const passwordHash = isOpen && !means.arePasswordsOff ? passwordOf(there, means.schemes) : null;
	const isLowered = !admin && planned.sessions.some(({ scope }) => administers(scope));
	return {
		reasons: [
			...new Set<Reason>([
				...aboutPerson(there, { passwordHash, arePasswordsOff: means.arePasswordsOff }),
				...planned.reasons,
				...(isLowered ? ["lost-admin" as const] : []),
			]),
		],
		person: {
			...{ id: there.id, localpart: there.username, displayName: null, admin, passwordHash },
			...{ createdAt: there.createdAt, deactivatedAt: there.deactivatedAt },
			lockedAt: there.deactivatedAt === null ? there.lockedAt : null,
			...{ links: there.links, sessions: planned.sessions },
			// Whoever is gone keeps no address from somebody else, as with those who close their account here.
			emails: isOpen ? there.emails : [],
		},
	};
}

function passwordOf({ password }: MasPerson, schemes: readonly PasswordSchemeConfig[]): string | null {
	const scheme = schemes.find(({ version }) => version === password?.version);
	return password !== null && scheme !== undefined && isHashOf(scheme, password.hash)
		? carriedHash(password.version, password.hash)
		: null;
}

function aboutPerson(
	there: MasPerson,
	{
		passwordHash,
		arePasswordsOff,
	}: { readonly passwordHash: string | null; readonly arePasswordsOff: boolean },
): readonly Reason[] {
	if (there.deactivatedAt !== null) return ["closed"];
	if (there.isGuest) return ["guest"];
	const has: readonly (readonly [boolean, Reason])[] = [
		[there.lockedAt !== null, "locked-there"],
		[there.password === null, "no-password"],
		[there.password !== null && passwordHash === null, arePasswordsOff ? "passwords-off" : "odd-password"],
		[there.hasPhone, "phone"],
		[there.links.length > 0, "other-sign-in"],
	];
	return has.filter(([is]) => is).map(([, reason]) => reason);
}
