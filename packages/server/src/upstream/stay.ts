import type { Clock, Random, UpstreamConfig } from "../config/index.ts";
import { momentOf } from "./claims.ts";
import { upstreamLifetimes } from "./lifetimes.ts";
import { textOf } from "./logout-token.ts";
import type { UpstreamStay, UpstreamStays } from "./ports.ts";
import type { Exchanged } from "./provider.ts";

/** Their session there; undefined where nothing is done here when it ends. */
export function stayOf(
	{ id: provider, onLogout }: Pick<UpstreamConfig, "id" | "onLogout">,
	{ issuer, signed }: Extract<Exchanged, { ok: true }>,
	now: number,
): UpstreamStay | undefined {
	if (onLogout === "do_nothing") return undefined;
	// By the service's clock, as what it says of its end; by ours it may be behind.
	const since = momentOf(signed.auth_time) ?? now - upstreamLifetimes.skewMs;
	return { provider, issuer, subject: signed.sub, sid: textOf(signed.sid), since };
}

/**
 * Begins it inside the caller's transaction, in which everything else has to begin by it. `over` where the service said
 * that it is: they came with an answer of before, and who signed out there is not signed in here by it.
 */
export async function beginStay(
	stays: Pick<UpstreamStays, "begin" | "isOver">,
	stay: UpstreamStay | undefined,
	{ random, clock }: { readonly random: Random; readonly clock: Clock },
): Promise<{ readonly stay: string | undefined } | "over"> {
	if (stay === undefined) return { stay: undefined };
	if (await stays.isOver(stay)) return "over";
	const id = random.token();
	await stays.begin({ ...stay, id, expiresAt: clock() + upstreamLifetimes.stayMs });
	return { stay: id };
}
