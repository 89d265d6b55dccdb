import { dropOver, settleHold, type Transactions } from "@countersign/core";
import type { Clock, Random } from "../../config/ports.ts";
import type { EmbeddedUnit } from "./endpoint.ts";

interface SettlingDeps {
	readonly storage: Transactions<EmbeddedUnit>;
	readonly clock: Clock;
	readonly random: Pick<Random, "token">;
}

/**
 * Puts back what is held for a request that ran out or was withdrawn, and what has been quiet for a while; drops what was
 * kept long enough.
 */
export async function settleHolds(
	{ storage, clock, random }: SettlingDeps,
	stopping: AbortSignal,
): Promise<void> {
	const moment = () => ({ now: clock(), newToken: () => random.token() });
	for (const accountId of await storage.read.holds.openAccounts()) {
		if (stopping.aborted) return;
		await storage.write((unit) => settleHold(unit, accountId, moment()));
	}
	while (!stopping.aborted && (await storage.read.holds.hasOver(clock())))
		await storage.write((unit) => dropOver(unit, moment()));
}
