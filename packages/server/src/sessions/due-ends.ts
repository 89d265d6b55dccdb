import timers from "node:timers/promises";
import type { AccountId, Transactions } from "@countersign/core";
import type { SecurityEventKind } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import { claims } from "./device-session.ts";
import { endSessions } from "./end.ts";
import { toldBefore } from "./ends.ts";
import { replacedWithinMs } from "./lifetimes.ts";
import type { EndCause, EndReason, EndRules, SessionEnds, SessionsUnit } from "./ports.ts";

interface DueEndsUnit extends SessionsUnit {
	readonly sessionEnds: Pick<SessionEnds, "untold" | "tell" | "over">;
}

interface Deps<Unit extends DueEndsUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** Waits until the homeserver knows, as far as it can be waited for. Default: it knows at once. */
	readonly afterEnd?: ((accountId: AccountId) => Promise<void>) | undefined;
	/** Default: only tokens of programs end. */
	readonly rules?: Pick<EndRules, "idleMs" | "ageMs"> | undefined;
}

const toldKinds = {
	token: "token-ends-soon",
	idle: "app-idle-soon",
	age: "app-ends-soon",
} as const satisfies Readonly<Record<EndCause, SecurityEventKind>>;

const reasons = { token: "token-over", idle: "idle", age: "too-old" } as const satisfies Readonly<
	Record<EndCause, EndReason>
>;

const always = { replacedWithinMs, told: toldBefore } as const;

/** Between two batches, so that requests get their turn however much is due. */
const pauseMs = 50;

const actor = { kind: "server", because: "expiry" } as const;

/**
 * Tells people of what is about to end, and ends what is over. Of a program's token that is over the session goes on for
 * a while: so long the person can put another token in the place, and the program keeps its device.
 */
export function createDueEnds<Unit extends DueEndsUnit>(deps: Deps<Unit>) {
	return async (stopping: AbortSignal): Promise<void> => {
		for (const some of [tellSome, endSome])
			while (!stopping.aborted && (await some(deps))) await timers.setTimeout(pauseMs);
	};
}

async function tellSome<Unit extends DueEndsUnit>(deps: Deps<Unit>): Promise<boolean> {
	const { storage, clock, random } = deps;
	const rules = { ...always, ...deps.rules };
	// Found outside the transaction, which is short so.
	const untold = await storage.read.sessionEnds.untold(clock(), rules);
	if (untold.length === 0) return false;
	return storage.write(async (unit) => {
		const now = clock();
		const ending = await unit.sessionEnds.tell(untold, now, rules);
		for (const { id: sessionId, accountId, deviceId, endsAt, clientMetadata, because } of ending)
			await unit.events.record({
				...{ id: random.token(), accountId, at: now, kind: toldKinds[because], sessionId, actor },
				...(deviceId !== null && { deviceId }),
				detail: { name: claims(clientMetadata).name ?? "", ends: String(endsAt) },
			});
		return ending.length > 0;
	});
}

async function endSome<Unit extends DueEndsUnit>(deps: Deps<Unit>): Promise<boolean> {
	const { storage, clock, random, afterEnd = async () => {} } = deps;
	const rules = { ...always, ...deps.rules };
	const found = await storage.read.sessionEnds.over(clock(), rules);
	if (found.length === 0) return false;
	const ended = await storage.write(async (unit) => {
		const now = clock();
		const each = [];
		// One of them may have been used since, or replaced, or locked.
		for (const { id: sessionId, because } of await unit.sessionEnds.over(now, rules, found))
			each.push(
				...(await endSessions(unit, { sessionId }, { reason: reasons[because], now, random, actor })),
			);
		return each;
	});
	for (const accountId of new Set(ended.map((session) => session.accountId))) await afterEnd(accountId);
	return ended.length > 0;
}
