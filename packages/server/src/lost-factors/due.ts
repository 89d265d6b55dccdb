import type { Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
import { momentOf } from "./lifetimes.ts";
import { mailLinks } from "./mailboxes.ts";
import type { LossUnit } from "./ports.ts";
import { stopGuessed } from "./stop-guessed.ts";

interface Deps<Unit extends LossUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
}

/**
 * Tells people that a waiting time is about to end, and then that it has: one at a time, each in one transaction with
 * its letters.
 */
export function createDueLosses<Unit extends LossUnit>(deps: Deps<Unit>) {
	const { storage, clock } = deps;
	return async (stopping: AbortSignal): Promise<void> => {
		const next = () => storage.write((unit) => tellNext(deps, unit));
		while (!stopping.aborted && (await storage.read.factorLosses.isDue(momentOf(clock()))) && (await next()));
	};
}

async function tellNext<Unit extends LossUnit>({ clock, random }: Deps<Unit>, unit: Unit): Promise<boolean> {
	const at = momentOf(clock());
	if (await stopGuessed({ random, unit, at })) return true;
	const warned = await unit.factorLosses.warn(at);
	if (warned !== undefined) {
		// The line is told of at every address.
		await unit.events.record({
			...{ id: random.token(), accountId: warned.accountId, at: at.now, detail: {} },
			...{ kind: "factors-lost-soon", actor: { kind: "somebody" } },
		});
		return true;
	}
	const ended = await unit.factorLosses.endWait(at);
	if (ended !== undefined) await mailLinks(unit, ended, { step: "finish", at });
	return ended !== undefined;
}
