import type { AccountId, Transactions } from "@countersign/core";
import type { SecurityEventKind } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import { claims } from "./device-session.ts";
import { endSessions } from "./end.ts";
import { toldBefore } from "./ends.ts";
import { replacedWithinMs } from "./lifetimes.ts";
import type { EndCause, EndReason, EndRules, SessionEnds, SessionsUnit } from "./ports.ts";

interface DueEndsUnit extends SessionsUnit {
	readonly sessionEnds: Pick<SessionEnds, "tell" | "over">;
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

const actor = { kind: "server", because: "expiry" } as const;

/**
 * Tells people of what is about to end, and ends what is over. Of a program's token that is over the session goes on for
 * a while: so long the person can put another token in the place, and the program keeps its device.
 */
export function createDueEnds<Unit extends DueEndsUnit>(deps: Deps<Unit>) {
	return async (stopping: AbortSignal): Promise<void> => {
		while (!stopping.aborted && (await tellSome(deps)));
		while (!stopping.aborted && (await endSome(deps)));
	};
}

function tellSome<Unit extends DueEndsUnit>({
	storage,
	clock,
	random,
	rules = {},
}: Deps<Unit>): Promise<boolean> {
	return storage.write(async (unit) => {
		const now = clock();
		const ending = await unit.sessionEnds.tell(now, { ...always, ...rules });
		for (const { id: sessionId, accountId, deviceId, endsAt, clientMetadata, because } of ending)
			await unit.events.record({
				...{ id: random.token(), accountId, at: now, kind: toldKinds[because], sessionId, actor },
				...(deviceId !== null && { deviceId }),
				detail: { name: claims(clientMetadata).name ?? "", ends: String(endsAt) },
			});
		return ending.length > 0;
	});
}

async function endSome<Unit extends DueEndsUnit>({
	storage,
	clock,
	random,
	rules = {},
	afterEnd = async () => {},
}: Deps<Unit>): Promise<boolean> {
	const ended = await storage.write(async (unit) => {
		const now = clock();
		const each = [];
		for (const { id: sessionId, because } of await unit.sessionEnds.over(now, { ...always, ...rules }))
			each.push(
				...(await endSessions(unit, { sessionId }, { reason: reasons[because], now, random, actor })),
			);
		return each;
	});
	for (const accountId of new Set(ended.map((session) => session.accountId))) await afterEnd(accountId);
	return ended.length > 0;
}
