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
		if (!administers)
			return withdrawAdministers({ random, endAdministering }, unit, { accountId, provider, now, actor });
		if (await unit.accounts.setAdmin(accountId, true, provider))
			await recordAdministers(unit, {
				id: random.token(),
				accountId,
				at: now,
				provider,
				kind: "admin-granted",
				actor,
			});
		return 0;
	});
	if (ended > 0) await afterEnd?.(accountId);
}

export interface Withdrawn {
	readonly accountId: AccountId;
	/** The service that gave it. */
	readonly provider: string;
	readonly now: number;
	readonly actor: Actor;
}

/**
 * Takes away what that service gave, inside the caller's transaction: by its word, or with a link to it, without which
 * it could say nothing any more. Returns how many sessions ended.
 */
export async function withdrawAdministers<Unit extends Pick<UpstreamUnit, "accounts" | "events">>(
	{ random, endAdministering }: Pick<AdministersDeps<Unit>, "random" | "endAdministering">,
	unit: Unit,
	{ accountId, provider, now, actor: by }: Withdrawn,
): Promise<number> {
	if (!(await unit.accounts.setAdmin(accountId, false, provider))) return 0;
	const line = { id: random.token(), accountId, at: now, provider };
	await recordAdministers(unit, { ...line, kind: "admin-withdrawn", actor: by });
	return endAdministering(unit, { accountId, now, actor: by });
}

/** The line of the log, in the transaction of the change. */
function recordAdministers(
	{ events }: { readonly events: Pick<SecurityEvents, "record"> },
	{
		provider,
		...line
	}: {
		readonly id: string;
		readonly accountId: AccountId;
		readonly at: number;
		readonly provider: string;
		readonly kind: "admin-granted" | "admin-withdrawn";
		readonly actor: Actor;
	},
): Promise<void> {
	return events.record({ ...line, detail: { provider } });
}

const actor = { kind: "server", because: "upstream" } as const;
