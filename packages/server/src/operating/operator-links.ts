import type { AccountId, Transactions } from "@countersign/core";
import type { Operator } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import { createMakeLink, type LinkUnit, type MadeLink } from "../password-links/index.ts";

interface OperatorLinksDeps<Unit extends LinkUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly publicBase: string;
}

/** Links that an operator hands over, so that people set their passwords themselves. */
export interface OperatorLinks {
	/** A link for each of these accounts, in their order: for all of them or, where one is refused, for none. */
	make(accountIds: readonly AccountId[], by: Operator): Promise<LinksOutcome>;
}

type LinksOutcome =
	| { readonly ok: true; readonly links: readonly MadeLink[] }
	| {
			readonly ok: false;
			readonly accountId: AccountId;
			/** A locked account is unlocked first: a link of before would end with its lock. */
			readonly reason: "account-closed" | "account-locked";
	  };

export function createOperatorLinks<Unit extends LinkUnit>(deps: OperatorLinksDeps<Unit>): OperatorLinks {
	const makeLink = createMakeLink(deps);
	return {
		make: (accountIds, by) =>
			deps.storage.write(async (unit) => {
				const accounts = [];
				for (const accountId of accountIds) {
					const account = await unit.accounts.find({ id: accountId });
					if (account === undefined || account.deactivatedAt !== null)
						return { ok: false, accountId, reason: "account-closed" };
					if (account.lockedAt !== null) return { ok: false, accountId, reason: "account-locked" };
					accounts.push(account);
				}
				const links = [];
				for (const account of accounts) links.push(await makeLink(unit, account, by));
				return { ok: true, links };
			}),
	};
}
