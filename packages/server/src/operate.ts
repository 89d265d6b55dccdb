import type { AccountId } from "@countersign/core";
import type { Config } from "./config/index.ts";
import { createSubjectOf, directoryProvider } from "./directory/index.ts";
import { createDomain, unlinkedBy } from "./domain.ts";
import { homeserverKind, random, readInstallation, storageSettings } from "./installation.ts";
import { silentLog } from "./log/index.ts";
import { wayBackOf } from "./moving/index.ts";
import {
	createAdministrators,
	createInvite,
	createOperatorIdentities,
	createOperatorLinks,
	createOperatorPeople,
	createPrograms,
	standingFactors,
} from "./operating/index.ts";
import { createRegistrationTokens } from "./registration-tokens/index.ts";
import {
	createLastingTokens,
	createRemoveDevice,
	endAdministering,
	endIssuedAdministering,
} from "./sessions/index.ts";
import { NoData, openPostgres, openSqliteBeside, type Storage, type Unit } from "./storage/index.ts";
import type { TaskOverview } from "./tasks/index.ts";

/** What the operator's commands work with: the parts of the server, without its edges. */
export type OperatorParts = Awaited<ReturnType<typeof createOperatorParts>>;

/** The data belong to another kind of homeserver than the settings name. */
export class HomeserverDiffers extends Error {
	override readonly name = "HomeserverDiffers";
}

/**
 * Opens the data beside the server, if one runs, and closes them after the work. Throws `NoData` where no server was
 * ever started, `OtherVersionRuns`, `HomeserverDiffers`, or `DatabaseUnavailable`.
 */
export async function operate<T>(config: Config, work: (parts: OperatorParts) => Promise<T>): Promise<T> {
	const failed: unknown[] = [];
	const report = (error: unknown) => void failed.push(error);
	const storage = await openBeside(config, report);
	try {
		const parts = await createOperatorParts(storage, config, report);
		const result = await work(parts).finally(() => parts.close());
		if (failed.length > 0) throw new Error("something failed beside the command", { cause: failed[0] });
		return result;
	} finally {
		await storage.close();
	}
}

/** What the data say of Synapse. */
interface BesideSynapse {
	/** How far it is behind. */
	readonly outbox: TaskOverview;
	/** The localparts of those who may sign in, by name. */
	readonly open: readonly string[];
}

/** The data are only read. Undefined without Synapse. Throws as `operate` does. */
export async function readBesideSynapse(config: Config): Promise<BesideSynapse | undefined> {
	const storage = await openBeside(config, () => undefined);
	const { settings, homeserverTasks, accounts } = storage.read;
	const kind = homeserverKind(config);
	try {
		await refuseWithoutServer(storage);
		if ((await settings.get("homeserver-kind")) !== kind) throw new HomeserverDiffers("homeserver-differs");
		if (kind !== "synapse") return undefined;
		const all = await accounts.list();
		const open = all.filter(({ deactivatedAt }) => deactivatedAt === null).map(({ localpart }) => localpart);
		return { outbox: await homeserverTasks.overview(), open };
	} finally {
		await storage.close();
	}
}

/** Administrators by services that say nothing of the kind any more. The data are only read. Throws as `operate` does. */
export async function readStrayAdministrators(
	config: Config,
): Promise<readonly { readonly localpart: string; readonly service: string }[]> {
	const saying = (config.upstream ?? []).filter(({ adminClaims }) => Object.keys(adminClaims).length > 0);
	const storage = await openBeside(config, () => undefined);
	try {
		await refuseWithoutServer(storage);
		const all = await storage.read.accounts.list();
		return all.flatMap(({ localpart, admin, adminBy }) =>
			admin && adminBy !== null && !saying.some(({ id }) => id === adminBy)
				? [{ localpart, service: adminBy }]
				: [],
		);
	} finally {
		await storage.close();
	}
}

/** Who lacks a second factor that is demanded. The data are only read. Undefined where none is. Throws as `operate` does. */
export async function readLackingFactors(
	config: Config,
): Promise<{ readonly lacking: readonly string[]; readonly over: number } | undefined> {
	if (config.secondFactor === undefined) return undefined;
	return operate(config, async ({ proofs, operatorPeople }) => {
		const lacking = await proofs.demands.lacking();
		const all = (await operatorPeople.list()).filter(({ id }) => lacking?.has(id));
		const over = all.filter(({ id }) => lacking?.get(id)?.isOver).length;
		return { lacking: all.map(({ localpart }) => localpart), over };
	});
}

function openBeside(config: Config, report: (error: unknown) => void): Promise<Storage> {
	const settings = storageSettings(config);
	return config.database === undefined
		? openSqliteBeside(config.dataDirectory, settings)
		: openPostgres(config.database, report, settings);
}

/** Asked before anything is settled: a command must not give a server its name, which is for ever. */
async function refuseWithoutServer(storage: Storage): Promise<void> {
	if ((await storage.read.settings.get("server-name")) === undefined)
		throw new NoData("no server was ever started on this database");
}

async function createOperatorParts(storage: Storage, config: Config, report: (error: unknown) => void) {
	await refuseWithoutServer(storage);
	const installation = await readInstallation(storage, { homeserver: homeserverKind(config) });
	if (!installation.ok) throw new HomeserverDiffers(installation.reason);
	const operatorName = config.branding?.name;
	const deps = { storage, clock: Date.now, random, serverName: installation.serverName, operatorName };
	const { openRegistration, homeserver, passwordPepper, passwordSchemes, secondFactor } = config;
	const domain = createDomain({
		...deps,
		masterKey: installation.masterKey,
		openRegistration,
		passwordPepper,
		passwordSchemes,
		secondFactor,
		report,
		log: silentLog,
		...(homeserver !== undefined && { homeserver }),
	});
	const publicBase = config.publicBase ?? `http://localhost:${config.port}/`;
	return {
		...domain,
		serverName: installation.serverName,
		operatorPeople: createOperatorPeople<Unit>({
			...deps,
			homeserver: domain.homeserver,
			passwords: domain.passwords,
			endSessions: domain.endOfClosed,
		}),
		standingFactors: (accountId: AccountId) => standingFactors(storage.read, accountId),
		operatorLinks: createOperatorLinks<Unit>({ ...deps, publicBase }),
		invite: createInvite<Unit>({ ...deps, publicBase, homeserver: domain.homeserver }),
		identities: createOperatorIdentities<Unit>({
			...deps,
			subjectOf: createSubjectOf(config.ldap),
			afterUnlink: unlinkedBy(random),
			afterEnd: domain.synapse?.tellSoon,
		}),
		/** Ids of the services by which people sign in, and of the directory. */
		services: [...(config.upstream ?? []).map(({ id }) => id), ...(config.ldap ? [directoryProvider] : [])],
		ownerOf: async (provider: string, subject: string) =>
			(await storage.read.accountLinks.ownerOf(provider, subject))?.accountId,
		administrators: createAdministrators<Unit>({
			...deps,
			serverName: installation.serverName,
			endIssued: (unit, issued, how) => endIssuedAdministering(unit, issued, { ...how, random }),
			afterEnd: domain.synapse?.tellSoon,
			endAdministering: (unit, { accountId, ...how }) =>
				endAdministering(unit, accountId, { ...how, random }),
		}),
		registrationTokens: createRegistrationTokens<Unit>({ ...deps, publicBase }),
		programs: createPrograms<Unit>({
			...deps,
			publicBase,
			serverName: installation.serverName,
			endIssued: (unit, issued, how) => endIssuedAdministering(unit, issued, { ...how, random }),
			afterEnd: domain.synapse?.tellSoon,
		}),
		takesTokens: openRegistration && config.registration?.needsToken === true,
		/** Absent where the homeserver has no devices but ours. */
		...(domain.synapse !== undefined && { removeDevice: createRemoveDevice(deps) }),
		lastingTokens: createLastingTokens<Unit>({
			...deps,
			homeserver: domain.homeserver,
			publicBase,
			wayBack: wayBackOf,
		}),
	};
}
