import { asAccountId, type Transactions } from "@countersign/core";
import type { SecurityEvent } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import type { Passwords } from "../proofs/index.ts";
import { type Account, accountOf } from "./account.ts";
import type { HomeserverUser, PeopleUnit } from "./ports.ts";

interface Deps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly passwords: Passwords;
}

/** A name and a password that were checked, and what the first line of the security log says. */
export interface NewPerson {
	readonly localpart: string;
	readonly password: string;
	readonly logged: Pick<SecurityEvent, "address" | "actor" | "detail">;
	/**
	 * The homeserver knows them already, and is told to forget their devices; where it has closed their account, to open
	 * it before. Default: it is told of them.
	 */
	readonly adopted?: HomeserverUser;
}

/** Makes the account. Undefined when the name is taken. */
export async function addPerson<Unit extends PeopleUnit>(
	{ storage, clock, random, passwords }: Deps<Unit>,
	{ localpart, password, logged, adopted }: NewPerson,
): Promise<Account | undefined> {
	const createdAt = clock();
	const passwordHash = await passwords.hash(password);
	const displayName = adopted?.displayName;
	const account = { id: asAccountId(random.token(18)), localpart, passwordHash, createdAt, displayName };
	const added = await storage.write(async (unit) => {
		// Of two people who want one name at once, the statement decides who was first.
		if (!(await unit.accounts.add(account))) return false;
		const event = { id: random.token(), accountId: account.id, at: createdAt } as const;
		if (adopted?.deactivated === true) {
			await unit.homeserver.restoreUser(account.id, createdAt);
			await unit.homeserver.setLocked(account.id, false, createdAt);
		}
		await unit.homeserver.addUser(account.id, createdAt, adopted !== undefined);
		await unit.events.record({ ...event, kind: "account-registered", ...logged });
		return true;
	});
	if (!added) return undefined;
	const fresh = {
		displayName: displayName ?? null,
		admin: false,
		lockedAt: null,
		deactivatedAt: null,
		passwordChangedAt: account.createdAt,
		generation: 0,
	};
	return accountOf({ ...account, ...fresh });
}
