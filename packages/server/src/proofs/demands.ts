import type { AccountId, Transactions } from "@countersign/core";
import type { Clock } from "../config/ports.ts";
import type { ProofUnit, ProvableAccount } from "./ports.ts";

/** Of whom the operator demands a second factor, and how long they may go without. */
export interface DemandRule {
	readonly of: "admins" | "everyone";
	readonly graceMs: number;
}

/** A second factor that is demanded of somebody who has none. */
export interface MissingFactor {
	/** So long they may go without. */
	readonly until: number;
	/** Nothing sensitive is done without any more. */
	readonly isOver: boolean;
}

/** The same as the operator reads it. */
export interface LackingFactor {
	/** Absent: the time begins at the person's next sign-in or page. */
	readonly until?: number;
	readonly isOver: boolean;
}

/** What the operator demands beyond a password. */
export interface Demands {
	/**
	 * Undefined: the account has one, or none is demanded of it. The grace time begins where this first answers otherwise,
	 * and is written down, so that it is one time at all servers and after every start; it begins anew once a factor that
	 * was there is lost.
	 */
	missing(accountId: AccountId): Promise<MissingFactor | undefined>;
	/**
	 * Whoever lacks one that is demanded of them, by account, for the operator: no time begins by it. Undefined where none
	 * is demanded of anybody.
	 */
	lacking(): Promise<ReadonlyMap<AccountId, LackingFactor> | undefined>;
	/** The same of who only reads, or holds no more than a token: no grace time begins by it. */
	look(accountId: AccountId): Promise<MissingFactor | undefined>;
	/** Whether this account may not be left without one. */
	isDemandedOf(account: Pick<ProvableAccount, "admin">): boolean;
}

type Unit = Pick<ProofUnit, "secondFactors"> & {
	readonly accounts: Pick<ProofUnit["accounts"], "find" | "list" | "noteFactorDemanded">;
};

export function createDemands<All extends Unit>({
	storage,
	clock,
	rule,
}: {
	readonly storage: Transactions<All>;
	readonly clock: Clock;
	/** Default: it is demanded of nobody. */
	readonly rule: DemandRule | undefined;
}): Demands {
	const isDemandedOf: Demands["isDemandedOf"] = ({ admin }) =>
		rule !== undefined && (rule.of === "everyone" || admin);
	const untilOf = (since: number, now: number) => {
		if (rule === undefined) return undefined;
		// A clock that was set back prolongs nothing.
		const until = Math.min(since, now) + rule.graceMs;
		return { until, isOver: until <= now };
	};
	const missing = async (
		id: AccountId,
		begin: (account: ProvableAccount, now: number) => Promise<number>,
	): Promise<MissingFactor | undefined> => {
		if (rule === undefined) return undefined;
		// Before the factors: one that is added meanwhile raises the generation, and nothing is noted.
		const account = await storage.read.accounts.find({ id });
		if (account === undefined || !isDemandedOf(account)) return undefined;
		if (await storage.read.secondFactors.isThere(id)) return undefined;
		const now = clock();
		return untilOf(account.factorDemandedAt ?? (await begin(account, now)), now);
	};
	return {
		isDemandedOf,
		async lacking() {
			if (rule === undefined) return undefined;
			const holders = await storage.read.secondFactors.holders();
			const lack = (await storage.read.accounts.list()).filter(
				(account) => account.deactivatedAt === null && isDemandedOf(account) && !holders.has(account.id),
			);
			const now = clock();
			return new Map(
				lack.map(({ id, factorDemandedAt: since }) => [
					id,
					(since === null ? undefined : untilOf(since, now)) ?? { isOver: rule.graceMs === 0 },
				]),
			);
		},
		missing: (id) => missing(id, (account, now) => note(storage, account, now)),
		look: (id) => missing(id, async (_account, now) => now),
	};
}

/** Of several that note it at once the first counts. */
async function note<All extends Unit>(
	storage: Transactions<All>,
	{ id, generation }: ProvableAccount,
	now: number,
): Promise<number> {
	return storage.write(async ({ accounts }) => {
		await accounts.noteFactorDemanded({ id, generation, at: now });
		return (await accounts.find({ id }))?.factorDemandedAt ?? now;
	});
}
