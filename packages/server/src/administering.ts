import type { AccountId } from "@countersign/core";
import manifest from "@countersign/server/package.json" with { type: "json" };
import type { Hono } from "hono";
import {
	AuthorityGone,
	createAdmin,
	type Deeds,
	type DeedsOf,
	NobodyLeft,
	type StillHeld,
} from "./admin/index.ts";
import type { Authorization } from "./authorization/index.ts";
import type { BrandingConfig, CaptchaConfig, EmailConfig } from "./config/index.ts";
import { createSubjectOf, directoryProvider } from "./directory/index.ts";
import { type createDomain, type DomainDeps, unlinkedBy } from "./domain.ts";
import type { Env } from "./http/index.ts";
import { readMove, wayBackOf } from "./moving/index.ts";
import {
	createAdministrators,
	createInvite,
	createMakeAccount,
	createOperatorAddresses,
	createOperatorIdentities,
	createOperatorLinks,
	createOperatorPeople,
	createOperatorRequests,
	createOperatorSessions,
} from "./operating/index.ts";
import { createRegistrationTokens } from "./registration-tokens/index.ts";
import {
	createLastingTokens,
	endAdministering,
	endIssuedAdministering,
	endSessions,
	type Sessions,
} from "./sessions/index.ts";
import type { Storage, Unit } from "./storage/index.ts";

interface AdministeringDeps
	extends Pick<
		DomainDeps,
		| "storage"
		| "clock"
		| "random"
		| "log"
		| "serverName"
		| "registration"
		| "openRegistration"
		| "upstream"
		| "ldap"
	> {
	/** With a trailing slash. */
	readonly publicBase: string;
	readonly branding?: BrandingConfig | undefined;
	readonly email?: EmailConfig;
	readonly captcha?: CaptchaConfig | undefined;
	readonly domain: ReturnType<typeof createDomain>;
	readonly sessions: Pick<Sessions, "authenticate">;
	readonly programTokens: Authorization["programTokens"];
}

/** The admin API, with what it takes from all parts. */
export function createAdministering(deps: AdministeringDeps): Hono<Env> {
	const { storage, clock, log, serverName, publicBase, registration, openRegistration, domain } = deps;
	const hasMail = deps.email !== undefined;
	return createAdmin({
		read: storage.read,
		clock,
		log,
		publicBase,
		authenticate: deps.sessions.authenticate,
		programOf: (token, programs = storage.read.programs) => deps.programTokens.read(token, programs.find),
		lacksFactor: async (accountId) => (await domain.proofs.demands.look(accountId))?.isOver === true,
		deedsOf: createDeedsOf({ ...deps, operatorName: deps.branding?.name, hasMail }),
		move: () => readMove(storage.read),
		directory: deps.ldap && directoryProvider,
		providers: (deps.upstream ?? []).map(({ id, issuer, name, newAccounts }) => {
			return { id, issuer, name, needsToken: newAccounts === "token" };
		}),
		site: {
			serverName,
			version: manifest.version,
			isRegistrationOpen: openRegistration,
			needsAddress: registration?.needsAddress === true,
			needsToken: registration?.needsToken === true,
			hasMail,
			hasCaptcha: deps.captcha !== undefined,
		},
	});
}

interface DeedsDeps
	extends Pick<
		AdministeringDeps,
		"storage" | "clock" | "random" | "serverName" | "publicBase" | "ldap" | "domain"
	> {
	/** In whose name the pages are. */
	readonly operatorName: string | undefined;
	readonly hasMail: boolean;
}

/**
 * What somebody may do through the admin API: the functions of the commands, over a storage whose every transaction asks
 * first whether they still may. The homeserver is told before the answer, as far as it can be waited for.
 */
export function createDeedsOf(deps: DeedsDeps): DeedsOf {
	const { synapse } = deps.domain;
	const told = async <T>(accountId: AccountId, done: Promise<T>): Promise<T> => {
		const outcome = await done;
		await synapse?.tellSoon(accountId);
		return outcome;
	};
	return (isHeld) => {
		const deeds = deedsOver(heldStorage(deps.storage, isHeld), deps);
		const { people, makeAccount } = deeds;
		return {
			...deeds,
			async makeAccount(wanted, by) {
				const made = await makeAccount(wanted, by);
				if (made.ok) await synapse?.tellSoon(made.account.id);
				return made;
			},
			people: {
				setPassword: people.setPassword,
				lock: (id, by) => told(id, people.lock(id, by)),
				unlock: (id, by) => told(id, people.unlock(id, by)),
				reactivate: (id, password, by) => told(id, people.reactivate(id, password, by)),
				deactivate: (id, how, by) => told(id, people.deactivate(id, how, by)),
			},
		};
	};
}

type HeldStorage = Pick<Storage, "read" | "write">;

function heldStorage(storage: Storage, isHeld: StillHeld): HeldStorage {
	return {
		read: storage.read,
		write: (work) =>
			storage.write(async (unit) => {
				if (!(await isHeld(unit))) throw new AuthorityGone();
				return work(unit);
			}),
	};
}

/** A slip must not leave a server that nobody administers: what comes to that is done by a command, or not at all. */
function neverEmptied({ read, write }: HeldStorage): HeldStorage {
	return {
		read,
		write: (work) =>
			write(async (unit) => {
				const before = await unit.accounts.administrators();
				const done = await work(unit);
				if (before.length > 0 && (await unit.accounts.administrators()).length === 0) throw new NobodyLeft();
				return done;
			}),
	};
}

function deedsOver(storage: HeldStorage, { domain, hasMail, ...deps }: DeedsDeps): Deeds {
	const { homeserver, synapse, passwords, endOfClosed } = domain;
	const { random } = deps;
	const own = { ...deps, storage };
	const guarded = { ...deps, storage: neverEmptied(storage) };
	return {
		makeAccount: createMakeAccount<Unit>({ ...own, homeserver }),
		people: createOperatorPeople<Unit>({ ...guarded, homeserver, passwords, endSessions: endOfClosed }),
		administrators: createAdministrators<Unit>({
			...guarded,
			endIssued: (unit, issued, how) => endIssuedAdministering(unit, issued, { ...how, random }),
			afterEnd: synapse?.tellSoon,
			endAdministering: (unit, { accountId, ...how }) =>
				endAdministering(unit, accountId, { ...how, random }),
		}),
		addresses: createOperatorAddresses<Unit>({ ...own, hasMail }),
		// What a service gave goes with the link to it.
		identities: createOperatorIdentities<Unit>({
			...guarded,
			subjectOf: createSubjectOf(deps.ldap),
			afterUnlink: unlinkedBy(random),
			afterEnd: synapse?.tellSoon,
		}),
		sessions: createOperatorSessions<Unit>({
			...own,
			afterEnd: synapse?.tellSoon,
			endSession: async (unit, { sessionId, accountId, ...how }) => {
				const ending = { ...how, random, reason: "ended-by-operator" } as const;
				return (await endSessions(unit, { sessionId, accountId }, ending)).length;
			},
		}),
		requests: createOperatorRequests<Unit>(own),
		tokens: createLastingTokens<Unit>({ ...own, takingBack: deps.storage, homeserver, wayBack: wayBackOf }),
		registrationTokens: createRegistrationTokens<Unit>(own),
		links: createOperatorLinks<Unit>(own),
		invite: createInvite<Unit>({ ...own, homeserver }),
	};
}
