import type { AccountId, Transactions } from "@countersign/core";
import type { Actor, SecurityEvents } from "../audit/index.ts";
import type { Clock, Random, UpstreamConfig } from "../config/index.ts";
import { isLetIn } from "./claims.ts";
import type { UpstreamUnit } from "./ports.ts";
import type { Claims } from "./provider.ts";

/** Whether somebody administers this server by what a service says. Undefined: the operator asks it nothing of the kind. */
export function administersBy(
	claims: Claims,
	{ adminClaims }: Pick<UpstreamConfig, "adminClaims">,
): boolean | undefined {
	// Without a claim every one of them would be there.
	return Object.keys(adminClaims).length === 0 ? undefined : isLetIn(claims, adminClaims);
}

export interface AdministersDeps<Unit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** Ends the sessions of the account that could administer the server, inside that transaction. Returns how many. */
	readonly endAdministering: (
		unit: Unit,
		demoted: { readonly accountId: AccountId; readonly now: number; readonly actor: Actor },
	) => Promise<number>;
	/** Waits until the homeserver knows that they ended, as far as it can be waited for. Default: it knows at once. */
	readonly afterEnd?: ((accountId: AccountId) => Promise<void>) | undefined;
}

/**
 * What a service says of somebody who signs in is so from then on. It gives to who administers nothing, and takes away
 * what it gave: whom the operator made an administrator stays one.
 */
export async function setAdministers<Unit extends Pick<UpstreamUnit, "accounts" | "events">>(
	{ storage, clock, random, endAdministering, afterEnd }: AdministersDeps<Unit>,
	said: {
		readonly accountId: AccountId;
		readonly provider: string;
		readonly administers: boolean | undefined;
	},
): Promise<void> {
	const { accountId, provider, administers } = said;
	if (administers === undefined) return;
	const ended = await storage.write(async (unit) => {
		const now = clock();
		if (!(await unit.accounts.setAdmin(accountId, administers, provider))) return 0;
		await recordAdministers(unit, { id: random.token(), accountId, at: now, provider, administers });
		return administers ? 0 : endAdministering(unit, { accountId, now, actor });
	});
	if (ended > 0) await afterEnd?.(accountId);
}

/** The line of the log, in the transaction of the change. */
function recordAdministers(
	{ events }: { readonly events: Pick<SecurityEvents, "record"> },
	{
		administers,
		provider,
		...line
	}: {
		readonly id: string;
		readonly accountId: AccountId;
		readonly at: number;
		readonly provider: string;
		readonly administers: boolean;
	},
): Promise<void> {
	const kind = administers ? "admin-granted" : "admin-withdrawn";
	return events.record({ ...line, kind, actor, detail: { provider } });
}

const actor = { kind: "server", because: "upstream" } as const;
