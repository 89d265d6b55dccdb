import type { AccountId, Transactions } from "@countersign/core";
import type { SecurityEventKind } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import type { PeopleUnit } from "../people/index.ts";

interface AdministratorsDeps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** Ends the sessions of the account that could administer the server, inside that transaction. Returns how many. */
	readonly endAdministering: (
		unit: Unit,
		demoted: { readonly accountId: AccountId; readonly now: number },
	) => Promise<number>;
	/** Waits until the homeserver knows that they ended, as far as it can be waited for. Default: it knows at once. */
	readonly afterEnd?: ((accountId: AccountId) => Promise<void>) | undefined;
}

/** Who may let apps administer the homeserver: the operator decides. Each change has its line in the security log. */
interface Administrators {
	/** Nothing that is signed in changes by it. False when the account is one already, or closed. */
	promote(accountId: AccountId): Promise<boolean>;
	/**
	 * Sessions that could administer end with their devices; what was agreed to but not yet exchanged for a session is
	 * void. All others stay. Undefined when the account is none, or closed.
	 */
	demote(accountId: AccountId): Promise<{ readonly ended: number } | undefined>;
}

export function createAdministrators<Unit extends PeopleUnit>(
	deps: AdministratorsDeps<Unit>,
): Administrators {
	const { storage, clock, random, endAdministering, afterEnd } = deps;
	const record = (unit: Unit, accountId: AccountId, kind: SecurityEventKind, at: number) =>
		unit.events.record({ id: random.token(), accountId, at, kind, detail: {} });
	return {
		promote: (accountId) =>
			storage.write(async (unit) => {
				if (!(await unit.accounts.setAdmin(accountId, true))) return false;
				await record(unit, accountId, "admin-granted", clock());
				return true;
			}),

		async demote(accountId) {
			const ended = await storage.write(async (unit) => {
				const now = clock();
				if (!(await unit.accounts.setAdmin(accountId, false))) return undefined;
				await record(unit, accountId, "admin-withdrawn", now);
				return endAdministering(unit, { accountId, now });
			});
			if (ended === undefined) return undefined;
			if (ended > 0) await afterEnd?.(accountId);
			return { ended };
		},
	};
}
