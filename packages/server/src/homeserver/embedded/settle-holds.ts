import { settleHold, type Transactions } from "@countersign/core";
import type { Clock, Random } from "../../config/ports.ts";
import type { EmbeddedUnit } from "./endpoint.ts";

interface SettlingDeps {
	readonly storage: Transactions<EmbeddedUnit>;
	readonly clock: Clock;
	readonly random: Pick<Random, "token">;
}

/** Puts back what is held for a request that ran out or was withdrawn, and what has been quiet for a while. */
export async function settleHolds(
	{ storage, clock, random }: SettlingDeps,
	stopping: AbortSignal,
): Promise<void> {
	for (const accountId of await storage.read.holds.openAccounts()) {
		if (stopping.aborted) return;
		await storage.write((unit) =>
			settleHold(unit, accountId, { now: clock(), newToken: () => random.token() }),
		);
	}
}
