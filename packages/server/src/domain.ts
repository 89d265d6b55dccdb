import { hkdfSync } from "node:crypto";
import { HomeserverUnavailable } from "@countersign/core";
import {
	type Clock,
	hasManyTenants,
	type LdapConfig,
	type PasswordSchemeConfig,
	type Random,
	type RegistrationConfig,
	type SecondFactorConfig,
	type SynapseConfig,
	type UpstreamConfig,
} from "./config/index.ts";
import { createDirectory, directoryProvider } from "./directory/index.ts";
import { createConnection } from "./homeserver/embedded/index.ts";
import { createSynapseHomeserver } from "./homeserver/synapse/index.ts";
import { createAddresses, readAddress } from "./identifiers/index.ts";
import type { Log } from "./log/index.ts";
import { createDueLosses, createLostFactors } from "./lost-factors/index.ts";
import { createPasswordSchemes, wayBackOf } from "./moving/index.ts";
import { createLetterSecrets, createObjections } from "./notices/index.ts";
import { DirectoryAway } from "./pages/index.ts";
import { createPasswordLinks, createRecovery } from "./password-links/index.ts";
import { type CloseDeps, closeAccount, createPeople } from "./people/index.ts";
import { createPasswords, createProofs, createWaysIn, passkeySite } from "./proofs/index.ts";
import {
	createOwnDevices,
	createSessions,
	endAdministering,
	endSessions,
	type SessionRules,
} from "./sessions/index.ts";
import type { Storage, Unit } from "./storage/index.ts";
import { createLinks, type Withdrawn, withdrawAdministers } from "./upstream/index.ts";

export interface DomainDeps {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly random: Random;
	readonly serverName: string;
	/** In whose name the pages are. Default: nobody's. */
	readonly operatorName?: string | undefined;
	readonly openRegistration: boolean;
	/** What else is asked of who registers. Default: nothing. */
	readonly registration?: RegistrationConfig | undefined;
	/** How sessions live. Default: as usual. */
	readonly rules?: SessionRules | undefined;
	/** Of whom a second factor is demanded. Default: of nobody. */
	readonly secondFactor?: SecondFactorConfig | undefined;
	/** A directory that checks passwords. Default: there is none. */
	readonly ldap?: LdapConfig | undefined;
	/** Other services by which people sign in. Default: there are none. */
	readonly upstream?: readonly UpstreamConfig[] | undefined;
	/** Whether people sign in by e-mail addresses too. Default: no. */
	readonly signInByEmail?: boolean | undefined;
	/** 32 bytes; every key the server uses itself is derived from it, each for one purpose. */
	readonly masterKey: Uint8Array;
	/** What Synapse put behind passwords before it hashed them. Default: nothing. */
	readonly passwordPepper?: string | undefined;
	/** How MAS hashed passwords of people who came from there. Default: not at all. */
	readonly passwordSchemes?: readonly PasswordSchemeConfig[] | undefined;
	/** The Synapse to serve. Default: the embedded homeserver. */
	readonly homeserver?: SynapseConfig;
	/** Where people reach it, with a trailing slash. Default: nowhere, as for the operator's commands. */
	readonly publicBase?: string;
	readonly log: Log;
	/** Told how each try to tell Synapse something ended. */
	readonly countTold?: (kind: string, outcome: "done" | "failed" | "refused") => void;
	/** Told of what failed where nobody waits for it. */
	readonly report: (error: unknown) => void;
}

/** People, their sessions and their homeserver: what the server's edges and the operator's commands both work with. */
export function createDomain(deps: DomainDeps) {
	const { storage, clock, random, serverName, operatorName, openRegistration, report } = deps;
	const { newRateLimiter } = storage;
	const passwords = createPasswords({
		pepper: deps.passwordPepper,
		carried: deps.passwordSchemes,
		schemes: createPasswordSchemes<Unit>({ storage, clock }),
	});
	const endOfClosed: CloseDeps<Unit>["endSessions"] = (unit, { accountId, ...how }) =>
		endSessions(unit, { accountId }, { ...how, reason: "account-closed", random });
	const synapse =
		deps.homeserver &&
		createSynapseHomeserver({
			...deps,
			...deps.homeserver,
			closeHere: (accountId) =>
				storage.write((unit) =>
					closeAccount({ clock, random, endSessions: endOfClosed }, unit, {
						accountId,
						erase: false,
						actor: { kind: "server", because: "homeserver" },
					}),
				),
		});
	const homeserver = synapse ?? createConnection({ storage, clock });
	const sessions = createSessions<Unit>({
		storage,
		clock,
		random,
		homeserver,
		serverName,
		...(synapse !== undefined && { afterEnd: synapse.tellSoon }),
		wayBack: wayBackOf,
		rules: deps.rules,
		rotations: storage.rotations,
		useNotes: storage.useNotes,
		secretKey: derivedKey(deps.masterKey, refreshTokens),
	});
	const site = deps.publicBase === undefined ? undefined : passkeySite(deps.publicBase);
	const { ldap } = deps;
	const elsewhere = (deps.upstream ?? []).map(({ id, issuer }) => ({
		id,
		issuer: hasManyTenants(issuer) ? undefined : issuer,
	}));
	const services = [...elsewhere, ...(ldap ? [{ id: directoryProvider, checksPasswords: true }] : [])];
	const ways = createWaysIn({ host: site?.host, services });
	const away = (cause: unknown) => new DirectoryAway("the directory does not answer", { cause });
	const directory = ldap && {
		...createDirectory({ config: ldap, log: deps.log, away }),
		admit: (...whom: Parameters<typeof people.admit>) =>
			people.admit(...whom).catch((cause: unknown) => {
				throw cause instanceof HomeserverUnavailable ? away(cause) : cause;
			}),
	};
	const proofs = createProofs<Unit>({
		directory,
		addressKeyOf: (typed) => readAddress(typed)?.key,
		storage,
		clock,
		random,
		passwords,
		newRateLimiter,
		onError: report,
		upstream: deps.upstream?.map(({ id, name }) => ({ id, name })),
		ways,
		byAddress: deps.signInByEmail,
		site,
		demand: deps.secondFactor && {
			of: deps.secondFactor.demandedOf,
			graceMs: deps.secondFactor.graceDays * day,
		},
		secretKey: derivedKey(deps.masterKey, "challenges"),
		sealKey: derivedKey(deps.masterKey, "one-time codes"),
	});
	const accountLinks = createLinks<Unit>({
		storage,
		clock,
		random,
		ways,
		directory: ldap && directoryProvider,
		afterUnlink: unlinkedBy(random),
		afterEnd: synapse?.tellSoon,
	});
	const letterSecrets = createLetterSecrets(derivedKey(deps.masterKey, "letters"));
	const people = createPeople<Unit>({
		storage,
		clock,
		random,
		serverName,
		operatorName,
		openRegistration,
		byAddress: deps.signInByEmail,
		terms: deps.registration?.terms,
		passkeyHost: site?.host,
		needsToken: deps.registration?.needsToken,
		addressCodeOf: deps.registration?.needsAddress ? letterSecrets.code : undefined,
		officialNames: deps.registration?.officialNames,
		directory: ldap && { provider: directoryProvider, newAccounts: ldap.newAccounts },
		onNotAdmitted: (reason) =>
			deps.log.warn({ reason }, "somebody of the directory got no account at their first sign-in"),
		passwords,
		newRateLimiter,
		homeserver,
		endSessions: endOfClosed,
	});
	const objections = createObjections<Unit>({
		storage,
		ways,
		clock,
		random,
		secrets: letterSecrets,
		afterUnlink: unlinkedBy(random),
		afterEnd: synapse?.tellSoon,
		endSessions: (unit, { accountId, sessionId, ...how }) => {
			const which = sessionId === undefined ? { accountId } : { sessionId, accountId };
			const reason = sessionId === undefined ? "signed-out-everywhere" : "signed-out";
			return endSessions(unit, which, { ...how, reason, random, actor: { kind: "somebody" } });
		},
	});
	return {
		accountLinks,
		objections,
		homeserver,
		/** The connection to Synapse, where that is the homeserver. */
		synapse,
		sessions,
		ownDevices: createOwnDevices<Unit>({ storage, clock, random, afterEnd: synapse?.tellSoon }),
		proofs,
		passwords,
		people,
		letterSecrets,
		addresses: createAddresses<Unit>({ storage, clock, random, newRateLimiter, codeOf: letterSecrets.code }),
		passwordLinks: createPasswordLinks<Unit>({
			storage,
			clock,
			random,
			passwords,
			newRateLimiter,
			serverName,
			operatorName,
			afterEnd: synapse?.tellSoon,
			endSessions: (unit, { accountId, ...how }) =>
				endSessions(
					unit,
					{ accountId },
					{ ...how, reason: "signed-out-everywhere", random, actor: byPerson },
				),
		}),
		recovery: createRecovery<Unit>({
			storage,
			clock,
			random,
			newRateLimiter,
			serverName,
			directory: ldap && directoryProvider,
			secretOf: letterSecrets.link,
		}),
		lostFactors: createLostFactors<Unit>({
			storage,
			clock,
			random,
			newRateLimiter,
			proofs,
			secretOf: letterSecrets.loss,
		}),
		tellOfLosses: createDueLosses<Unit>({ storage, clock, random }),
		endOfClosed,
		/** Writes down what is only in memory. Call it before the storage is closed. */
		async close(): Promise<void> {
			await sessions.close();
			await proofs.flush();
			await synapse?.close();
		},
	};
}

/** What goes with a link, in the transaction in which it does. */
export function unlinkedBy(random: Random) {
	return (unit: Unit, unlinked: Withdrawn) =>
		withdrawAdministers(
			{
				random,
				endAdministering: (within, { accountId, ...how }) =>
					endAdministering(within, accountId, { ...how, random }),
			},
			unit,
			unlinked,
		);
}

const day = 24 * 3_600_000;
const byPerson = { kind: "person" } as const;

/** What the key is for that refresh tokens follow by where none was drawn. */
export const refreshTokens = "refresh tokens";

/** One key, one purpose: what is made under one of them means nothing under another. */
export function derivedKey(masterKey: Uint8Array, purpose: string): Uint8Array {
	return new Uint8Array(hkdfSync("sha256", masterKey, new Uint8Array(), `countersign ${purpose}`, 32));
}
