import type { SecurityEventKind, Transactions, WithdrawalReason } from "@countersign/core";
import { parseLocalpart } from "@countersign/protocol";
import type { Clock, Random } from "../config/ports.ts";
import { type Account, accountOf } from "./account.ts";
import { addPerson } from "./add-person.ts";
import { createPasswords, type Passwords, parsePassword } from "./passwords.ts";
import type { RegisterOutcome } from "./people.ts";
import type { PeopleUnit } from "./ports.ts";

interface OperatorPeopleDeps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly serverName: string;
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
	create(person: { readonly localpart: string; readonly password: string }): Promise<CreateOutcome>;
	/**
	 * Nothing of the account works any more until it is unlocked. Its devices and keys stay, and its apps keep theirs;
	 * its browsers are signed out, and its requests to replace the identity end, approved ones too: somebody else may
	 * have made them. False when it is locked already, or closed.
	 */
	lock(accountId: string): Promise<boolean>;
	/** False when it is not locked, or closed. */
	unlock(accountId: string): Promise<boolean>;
	/**
	 * Gives the account a password that whoever had the old one does not know: every browser is signed out, and
	 * requests to replace the identity end, approved ones too. Apps stay signed in.
	 */
	setPassword(accountId: string, password: string): Promise<SetPasswordOutcome>;
}

type CreateOutcome = Exclude<
	RegisterOutcome,
	{ readonly reason: "throttled" } | { readonly reason: "registration-closed" }
>;

type SetPasswordOutcome =
	| { readonly ok: true }
	| { readonly ok: false; readonly reason: "account-closed" | "password-too-short" | "password-too-long" };

export function createOperatorPeople<Unit extends PeopleUnit>(
	given: OperatorPeopleDeps<Unit>,
): OperatorPeople {
	const deps = { ...given, passwords: given.passwords ?? createPasswords() };
	const { storage, clock, random } = deps;
	/** Whoever had the account so far may have prepared these; codes and allowed devices end with its generation. */
	const withdraw = async (unit: Unit, accountId: string, reason: WithdrawalReason, now: number) => {
		await unit.requests.withdraw({ accountId }, reason, now);
		await unit.browserSessions.endAllOf(accountId);
	};
	const record = (unit: Unit, accountId: string, kind: SecurityEventKind, at: number) =>
		unit.events.record({ id: random.token(), accountId, at, kind, detail: {} });
	return {
		list: async () => (await storage.read.accounts.list()).map(accountOf),
		create: (person) => create(deps, person),

		lock: (accountId) =>
			storage.write(async (unit) => {
				const now = clock();
				if (!(await unit.accounts.lock(accountId, now))) return false;
				await withdraw(unit, accountId, "account-locked", now);
				await record(unit, accountId, "account-locked", now);
				return true;
			}),

		unlock: (accountId) =>
			storage.write(async (unit) => {
				if (!(await unit.accounts.lock(accountId, null))) return false;
				await record(unit, accountId, "account-unlocked", clock());
				return true;
			}),

		async setPassword(accountId, password) {
			const typed = parsePassword(password);
			if (!typed.ok) return typed;
			const to = await deps.passwords.hash(typed.password);
			return storage.write(async (unit) => {
				const now = clock();
				const done = await unit.accounts.replacePassword({ id: accountId, to, at: now });
				if (!done) return { ok: false, reason: "account-closed" };
				await withdraw(unit, accountId, "password-changed", now);
				await record(unit, accountId, "password-reset", now);
				return { ok: true };
			});
		},
	};
}

async function create<Unit extends PeopleUnit>(
	deps: OperatorPeopleDeps<Unit> & { readonly passwords: Passwords },
	{ localpart, password }: { readonly localpart: string; readonly password: string },
): Promise<CreateOutcome> {
	const name = parseLocalpart(localpart, deps.serverName);
	if (!name.ok) return { ok: false, reason: "localpart-invalid", explanation: name.refusal.error };
	const typed = parsePassword(password);
	if (!typed.ok) return typed;
	const logged = { detail: { by: "operator" } };
	const account = await addPerson(deps, { localpart: name.value, password: typed.password, logged });
	return account === undefined ? { ok: false, reason: "localpart-taken" } : { ok: true, account };
}
