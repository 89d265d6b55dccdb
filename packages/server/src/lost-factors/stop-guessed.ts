import type { Random } from "../config/ports.ts";
import { lossRefusals } from "./lifetimes.ts";
import type { LossMoment, LossUnit } from "./ports.ts";

interface Where {
	readonly random: Random;
	readonly unit: Pick<LossUnit, "factorLosses" | "events">;
	readonly at: LossMoment;
}

/**
 * Within the caller's transaction, before a waiting time moves on: ends it where somebody guesses codes meanwhile. A
 * thief who uses up the tries of an account keeps its person from showing a factor, which would end it (decision 104).
 * True where it ended one: that with this id, or any that is due.
 */
export async function stopGuessed({ random, unit, at }: Where, id?: string): Promise<boolean> {
	const which = id === undefined ? { at } : { at, id };
	const accountId = await unit.factorLosses.stopGuessed(which, lossRefusals.codes);
	if (accountId === undefined) return false;
	await unit.events.record({
		...{ id: random.token(), accountId, at: at.now, detail: {} },
		...{ kind: "factors-lost-stopped", actor: { kind: "somebody" } },
	});
	return true;
}
