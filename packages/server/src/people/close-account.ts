import type { AccountId, Transactions } from "@countersign/core";
import type { Actor } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import { removeFactors } from "../proofs/index.ts";
import type { PeopleUnit } from "./ports.ts";

export interface CloseDeps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** Ends every OAuth session of a person whose account closes, inside that transaction. */
	readonly endSessions: (
		unit: Unit,
		closing: {
			readonly accountId: AccountId;
			readonly now: number;
			readonly actor: Actor;
			readonly address?: string;
		},
	) => Promise<unknown>;
}

/**
 * Closes the account for good, inside the caller's transaction: sessions, browser sessions and requests end, and the
 * homeserver forgets. False when it was closed before. Asking for proof and consent is the caller's.
 */
export async function closeAccount<Unit extends PeopleUnit>(
	{ clock, random, endSessions }: Omit<CloseDeps<Unit>, "storage">,
	unit: Unit,
	closing: {
		readonly accountId: AccountId;
		readonly erase: boolean;
		/** Who closes it. */
		readonly actor: Actor;
		readonly address?: string;
	},
): Promise<boolean> {
	const { accountId, erase, actor, address } = closing;
	const now = clock();
	if (!(await unit.accounts.close(accountId, { erase, now }))) return false;
	const from = address === undefined ? {} : { address };
	await unit.requests.withdraw({ of: "account", accountId }, "account-closed", now);
	await endSessions(unit, { accountId, now, actor, ...from });
	await unit.browserSessions.endAllOf(accountId);
	await removeFactors(unit, accountId);
	await unit.homeserver.removeUser(accountId, erase, now);
	await unit.events.record({
		id: random.token(),
		accountId,
		at: now,
		kind: "account-deactivated",
		...from,
		actor,
		detail: { erase: erase ? "yes" : "no" },
	});
	// Whoever has the mailbox may add it to another account now.
	await unit.addresses.removeAllOf(accountId);
	return true;
}
