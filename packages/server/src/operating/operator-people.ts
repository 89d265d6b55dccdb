import { type AccountId, HomeserverUnavailable } from "@countersign/core";
import { makeUserId, parseLocalpart, parseUserId } from "@countersign/protocol";
import type { Operator, SecurityEvent, SecurityEventKind } from "../audit/index.ts";
import {
	type Account,
	accountOf,
	addPerson,
	type CloseDeps,
	checkNewName,
	closeAccount,
	ownWords,
	ownWordsOf,
	type PeopleUnit,
	type RegisterRefusal,
	replaceUnknownPassword,
} from "../people/index.ts";
import type { HomeserverUser, NamesThere } from "../people/ports.ts";
import {
	checkNewPassword,
	createPasswords,
	endWithFactors,
	type NewPasswordRefusal,
	type Passwords,
	parsePassword,
} from "../proofs/index.ts";

interface OperatorPeopleDeps<Unit extends PeopleUnit> extends CloseDeps<Unit> {
	readonly serverName: string;
	/** In whose name the pages are. Default: nobody's. */
	readonly operatorName?: string | undefined;
	readonly homeserver: NamesThere;
	/** Default: argon2id. */
	readonly passwords?: Passwords;
}

/**
 * What the operator of the server may do with people's accounts: nothing here asks for a password. Each change is
 * one transaction with its line in the person's security log.
 */
export interface OperatorPeople {
	/** Everybody, by name; locked and closed accounts included. */
	list(): Promise<readonly Account[]>;
	/** Registers somebody, also where registration is closed. Refuses what registering refuses, but never for haste. */
	create(person: NewAccountHolder, by: Operator): Promise<CreateOutcome>;
	/**
	 * Gives an account to somebody whom the homeserver knows already, under exactly that name, in upper case too: whoever
	 * has it is that person there. The devices
	 * they had there are removed, since what they were signed in with is worth nothing any more. Whose account it has
	 * closed is refused, unless `reopen` says that it is to be opened there as well, and unlocked.
	 */
	adopt(person: NewAccountHolder & { readonly reopen?: boolean }, by: Operator): Promise<AdoptOutcome>;
	/**
	 * Nothing of the account works any more until it is unlocked. Its devices and keys stay, and its apps keep theirs;
	 * its browsers are signed out, and its requests to replace the identity end, approved ones too: somebody else may
	 * have made them. False when it is locked already, or closed.
	 */
	lock(accountId: AccountId, by: Operator): Promise<boolean>;
	/** False when it is not locked, or closed. */
	unlock(accountId: AccountId, by: Operator): Promise<boolean>;
	/**
	 * Opens a closed account again, with a new password; without one, nobody can sign in to it yet. One that was locked
	 * when it was closed stays locked. Its devices, keys and backups do not come back.
	 */
	reactivate(accountId: AccountId, password: string | undefined, by: Operator): Promise<ReactivateOutcome>;
	/**
	 * Closes the account for good; its name is never given out again. With `erase` the homeserver forgets its profile
	 * too. False when it was closed before.
	 */
	deactivate(accountId: AccountId, how: { readonly erase: boolean }, by: Operator): Promise<boolean>;
	/**
	 * Gives the account a password that whoever had the old one does not know: every browser is signed out, and
	 * requests to replace the identity end, approved ones too. Apps stay signed in.
	 */
	setPassword(accountId: AccountId, password: string, by: Operator): Promise<SetPasswordOutcome>;
	/**
	 * Takes every second factor of the account away, for who lost theirs: its password is enough again. Every browser is
	 * signed out, and requests to replace the identity end, approved ones too; apps stay signed in. False when it has none.
	 */
	resetProof(accountId: AccountId, by: Operator): Promise<boolean>;
}

interface NewAccountHolder {
	readonly localpart: string;
	readonly password: string;
}

type Done = Pick<SecurityEvent, "accountId" | "at"> & { readonly actor: Operator };

type CreateOutcome =
	| { readonly ok: true; readonly account: Account }
	| Exclude<
			RegisterRefusal,
			| { readonly reason: "throttled" }
			| {
					readonly reason:
						| "registration-closed"
						| "localpart-official"
						| "token-refused"
						| "address-unproved"
						| "address-taken"
						| "terms-not-agreed"
						| "terms-changed";
			  }
	  >;

type AdoptOutcome =
	| CreateOutcome
	| { readonly ok: false; readonly reason: "unknown-at-homeserver" | "closed-at-homeserver" };

type ReactivateOutcome =
	| { readonly ok: true; readonly isLocked: boolean }
	| { readonly ok: false; readonly reason: "account-open" | NewPasswordRefusal };

type SetPasswordOutcome =
	| { readonly ok: true }
	| { readonly ok: false; readonly reason: "account-closed" | NewPasswordRefusal };

export function createOperatorPeople<Unit extends PeopleUnit>(
	given: OperatorPeopleDeps<Unit>,
): OperatorPeople {
	const deps = { ...given, passwords: given.passwords ?? createPasswords() };
	const { storage, clock, random, serverName, operatorName } = deps;
	const record = (unit: Unit, kind: SecurityEventKind, done: Done) =>
		unit.events.record({ id: random.token(), kind, detail: {}, ...done });
	const check = async (accountId: AccountId, password: string) =>
		checkNewPassword(password, await ownWordsOf(storage.read, { accountId, serverName, operatorName }));
	return {
		list: async () => (await storage.read.accounts.list()).map(accountOf),
		create: (person, by) => create(deps, person, by),
		adopt: (person, by) => adopt(deps, person, by),

		lock: (accountId, actor) =>
			storage.write(async (unit) => {
				const now = clock();
				if (!(await unit.accounts.lock(accountId, now))) return false;
				// Whoever had the account so far may have prepared these; codes and allowed devices end with its generation.
				await unit.requests.withdraw({ of: "account", accountId }, "account-locked", now);
				await unit.browserSessions.endAllOf(accountId);
				await unit.homeserver.setLocked(accountId, true, now);
				await record(unit, "account-locked", { accountId, actor, at: now });
				return true;
			}),

		unlock: (accountId, actor) =>
			storage.write(async (unit) => {
				const now = clock();
				if (!(await unit.accounts.lock(accountId, null))) return false;
				await unit.homeserver.setLocked(accountId, false, now);
				await record(unit, "account-unlocked", { accountId, actor, at: now });
				return true;
			}),

		async reactivate(accountId, password, actor) {
			const typed = password === undefined ? undefined : await check(accountId, password);
			if (typed?.ok === false) return typed;
			const passwordHash = typed === undefined ? null : await deps.passwords.hash(typed.password);
			return storage.write(async (unit) => {
				const now = clock();
				if (!(await unit.accounts.reopen(accountId, { passwordHash, now })))
					return { ok: false, reason: "account-open" };
				await unit.homeserver.restoreUser(accountId, now);
				const account = await unit.accounts.find({ id: accountId });
				const isLocked = account === undefined || account.lockedAt !== null;
				await unit.homeserver.setLocked(accountId, isLocked, now);
				await record(unit, "account-reactivated", { accountId, actor, at: now });
				return { ok: true, isLocked };
			});
		},

		deactivate: (accountId, { erase }, actor) =>
			storage.write((unit) => closeAccount(deps, unit, { accountId, erase, actor })),

		async setPassword(accountId, password, actor) {
			const typed = await check(accountId, password);
			if (!typed.ok) return typed;
			const to = await deps.passwords.hash(typed.password);
			return storage.write(async (unit) => {
				const now = clock();
				const done = await replaceUnknownPassword(unit, { id: accountId, to, at: now });
				if (!done) return { ok: false, reason: "account-closed" };
				await record(unit, "password-reset", { accountId, actor, at: now });
				return { ok: true };
			});
		},

		resetProof: (accountId, actor) =>
			storage.write(async (unit) => {
				const now = clock();
				if (!(await endWithFactors(unit, accountId, now))) return false;
				await record(unit, "proof-reset", { accountId, actor, at: now });
				return true;
			}),
	};
}

type CreateDeps<Unit extends PeopleUnit> = OperatorPeopleDeps<Unit> & { readonly passwords: Passwords };

async function create<Unit extends PeopleUnit>(
	deps: CreateDeps<Unit>,
	given: NewAccountHolder,
	by: Operator,
): Promise<CreateOutcome> {
	const person = parsePerson(deps, given);
	if (!person.ok) return person;
	if (await isTaken(deps, person.localpart)) return taken;
	const free = await checkNewName(deps.homeserver, person.localpart);
	return free.ok ? add(deps, { ...person, by }) : free;
}

async function adopt<Unit extends PeopleUnit>(
	deps: CreateDeps<Unit>,
	given: Parameters<OperatorPeople["adopt"]>[0],
	by: Operator,
): Promise<AdoptOutcome> {
	const person = parseKnown(deps, given);
	if (!person.ok) return person;
	// Exactly this name: somebody else may have the one that differs by case.
	if ((await deps.storage.read.accounts.find({ localpart: person.localpart })) !== undefined) return taken;
	let adopted: HomeserverUser | undefined;
	try {
		adopted = await deps.homeserver.findUser(person.localpart);
	} catch (error) {
		if (!(error instanceof HomeserverUnavailable)) throw error;
		return { ok: false, reason: "homeserver-unavailable" };
	}
	if (adopted === undefined) return { ok: false, reason: "unknown-at-homeserver" };
	if (adopted.deactivated && given.reopen !== true) return { ok: false, reason: "closed-at-homeserver" };
	return add(deps, { ...person, by, adopted });
}

const taken = { ok: false, reason: "localpart-taken" } as const;

async function isTaken<Unit extends PeopleUnit>({ storage }: CreateDeps<Unit>, localpart: string) {
	return (await storage.read.accounts.find({ name: localpart })) !== undefined;
}

function parsePerson(
	{ serverName }: { readonly serverName: string },
	{ localpart, password }: NewAccountHolder,
): ({ readonly ok: true } & NewAccountHolder) | Exclude<CreateOutcome, { ok: true }> {
	const name = parseLocalpart(localpart, serverName);
	if (!name.ok) return { ok: false, reason: "localpart-invalid", fault: name.fault };
	const typed = parsePassword(password);
	return typed.ok ? { ok: true, localpart: name.value, password: typed.password } : typed;
}

/** Somebody there may have a name that nobody new can have: with upper case, or of a service. */
function parseKnown(
	{ serverName }: { readonly serverName: string },
	{ localpart, password }: NewAccountHolder,
): ReturnType<typeof parsePerson> {
	const isName = localpart !== "" && parseUserId(makeUserId(localpart, serverName)).ok;
	if (!isName) return parsePerson({ serverName }, { localpart, password });
	const typed = parsePassword(password);
	return typed.ok ? { ok: true, localpart, password: typed.password } : typed;
}

async function add<Unit extends PeopleUnit>(
	deps: CreateDeps<Unit>,
	{ by, adopted, ...holder }: NewAccountHolder & { readonly by: Operator; readonly adopted?: HomeserverUser },
): Promise<CreateOutcome> {
	const { localpart, password } = holder;
	const { serverName, operatorName } = deps;
	const words = ownWords({ localpart, serverName, operatorName, displayName: adopted?.displayName });
	const checked = await checkNewPassword(password, words);
	if (!checked.ok) return checked;
	const logged = { actor: by, detail: {} };
	const person = { ...holder, logged, ...(adopted !== undefined && { adopted }) };
	const account = await addPerson(deps, person);
	return account === undefined ? taken : { ok: true, account };
}
