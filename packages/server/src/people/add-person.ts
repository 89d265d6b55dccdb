import { asAccountId, type Transactions, ulidOfBytes } from "@countersign/core";
import type { SecurityEvent } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import type { Passwords } from "../proofs/index.ts";
import { type Account, accountOf } from "./account.ts";
import type { HomeserverUser, PeopleUnit, StoredAccount } from "./ports.ts";

interface Deps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly passwords: Passwords;
}

/** A name that was checked, and what the first line of the security log says. */
interface NewHolder {
	readonly localpart: string;
	readonly displayName?: string | undefined;
	readonly logged: Pick<SecurityEvent, "address" | "actor" | "detail">;
	/**
	 * The homeserver knows them already, and is told to forget their devices; where it has closed their account, to open
	 * it before. Default: it is told of them.
	 */
	readonly adopted?: HomeserverUser;
}

/** The same, and a password that was checked. */
export interface NewPerson extends Omit<NewHolder, "displayName"> {
	readonly password: string;
}

/** Makes the account. Undefined when the name is taken. */
export async function addPerson<Unit extends PeopleUnit>(
	deps: Deps<Unit>,
	{ password, ...person }: NewPerson,
): Promise<Account | undefined> {
	const createdAt = deps.clock();
	const passwordHash = await deps.passwords.hash(password);
	const holder = { ...person, createdAt, passwordHash, displayName: person.adopted?.displayName };
	const account = await deps.storage.write((unit) => addAccount(deps, unit, holder));
	return account && accountOf(account);
}

/**
 * Makes the account inside the caller's transaction; without a hash, one that nobody can sign in to. Undefined when the
 * name is taken.
 */
export async function addAccount(
	{ random }: Pick<Deps<PeopleUnit>, "random">,
	unit: PeopleUnit,
	holder: NewHolder & { readonly createdAt: number; readonly passwordHash: string | null },
): Promise<StoredAccount | undefined> {
	const { localpart, createdAt, passwordHash, displayName, logged, adopted } = holder;
	// In the shape that MAS gives to ids, so that people may go there, and keep the `sub` by which apps know them.
	const id = asAccountId(ulidOfBytes(random.bytes(16)));
	const account = { id, localpart, passwordHash, createdAt, displayName };
	// Of two people who want one name at once, the statement decides who was first.
	if (!(await unit.accounts.add(account))) return undefined;
	if (adopted?.deactivated === true) {
		await unit.homeserver.restoreUser(account.id, createdAt);
		await unit.homeserver.setLocked(account.id, false, createdAt);
	}
	await unit.homeserver.addUser(account.id, createdAt, adopted !== undefined);
	const event = { id: random.token(), accountId: account.id, at: createdAt } as const;
	await unit.events.record({ ...event, kind: "account-registered", ...logged });
	return {
		...account,
		displayName: displayName ?? null,
		admin: false,
		lockedAt: null,
		deactivatedAt: null,
		factorDemandedAt: null,
		adminBy: null,
		passwordChangedAt: passwordHash === null ? null : createdAt,
		generation: 0,
	};
}
