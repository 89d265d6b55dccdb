import type { AccountId, ResetRequests, Transactions } from "@countersign/core";
import type { Operator, SecurityEvents } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";

interface RequestUnit {
	readonly requests: Pick<ResetRequests, "withdraw">;
	readonly events: Pick<SecurityEvents, "record">;
}

interface Deps<Unit extends RequestUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
}

/** Requests to replace a person's identity: an operator may end them, and never approve one. */
export interface OperatorRequests {
	/**
	 * Ends all that wait or were approved; of what is being sent nothing goes out that has not begun to. Returns how many
	 * ended.
	 */
	end(accountId: AccountId, by: Operator): Promise<number>;
}

export function createOperatorRequests<Unit extends RequestUnit>({
	storage,
	clock,
	random,
}: Deps<Unit>): OperatorRequests {
	return {
		end: (accountId, actor) =>
			storage.write(async (unit) => {
				const now = clock();
				const ended = await unit.requests.withdraw({ of: "account", accountId }, "ended-by-operator", now);
				if (ended === 0) return 0;
				const line = { id: random.token(), accountId, at: now, actor } as const;
				await unit.events.record({ ...line, kind: "requests-ended", detail: { requests: String(ended) } });
				return ended;
			}),
	};
}
