import type { AccountId, Transactions } from "@countersign/core";
import type { Operator, SecurityEvent, SecurityEventKind } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import type { PeopleUnit } from "../people/index.ts";

interface AdministratorsDeps<Unit extends PeopleUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** Ends the sessions of the account that could administer the server, inside that transaction. Returns how many. */
	readonly endAdministering: (
		unit: Unit,
		demoted: { readonly accountId: AccountId; readonly now: number; readonly actor: Operator },
	) => Promise<number>;
	/** Waits until the homeserver knows that they ended, as far as it can be waited for. Default: it knows at once. */
	readonly afterEnd?: ((accountId: AccountId) => Promise<void>) | undefined;
}

type Done = Pick<SecurityEvent, "accountId" | "at"> & { readonly actor: Operator };

/** Who may let apps administer the homeserver: the operator decides. Each change has its line in the security log. */
export interface Administrators {
	/** Nothing that is signed in changes by it. False when the account is one already, or closed. */
	promote(accountId: AccountId, by: Operator): Promise<boolean>;
	/**
	 * Sessions that could administer end with their devices; what was agreed to but not yet exchanged for a session is
	 * void. All others stay. Undefined when the account is none, or closed.
	 */
	demote(accountId: AccountId, by: Operator): Promise<{ readonly ended: number } | undefined>;
}

export function createAdministrators<Unit extends PeopleUnit>(
	deps: AdministratorsDeps<Unit>,
): Administrators {
	const { storage, clock, random, endAdministering, afterEnd } = deps;
	const record = (unit: Unit, kind: SecurityEventKind, done: Done) =>
		unit.events.record({ id: random.token(), kind, detail: {}, ...done });
	return {
		promote: (accountId, actor) =>
			storage.write(async (unit) => {
				if (!(await unit.accounts.setAdmin(accountId, true))) return false;
				await record(unit, "admin-granted", { accountId, actor, at: clock() });
				return true;
			}),

		async demote(accountId, actor) {
			const ended = await storage.write(async (unit) => {
				const now = clock();
				if (!(await unit.accounts.setAdmin(accountId, false))) return undefined;
				await record(unit, "admin-withdrawn", { accountId, actor, at: now });
				return endAdministering(unit, { accountId, now, actor });
			});
			if (ended === undefined) return undefined;
			if (ended > 0) await afterEnd?.(accountId);
			return { ended };
		},
	};
}
