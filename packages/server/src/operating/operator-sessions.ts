import type { AccountId, SessionId, Transactions } from "@countersign/core";
import type { Operator, SecurityEvents } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import type { BrowserSessionRecords } from "../people/ports.ts";

interface SessionUnit {
	readonly browserSessions: Pick<BrowserSessionRecords, "end">;
	readonly events: Pick<SecurityEvents, "record">;
}

interface Deps<Unit extends SessionUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	/** Ends one session, with its device, inside that transaction. Returns how many ended. */
	readonly endSession: (
		unit: Unit,
		ending: {
			readonly sessionId: SessionId;
			readonly accountId: AccountId;
			readonly now: number;
			readonly actor: Operator;
		},
	) => Promise<number>;
	/** Waits until the homeserver knows, as far as it can be waited for. Default: it knows at once. */
	readonly afterEnd?: ((accountId: AccountId) => Promise<void>) | undefined;
}

/** What an operator ends of a person's. */
export interface OperatorSessions {
	/** An app's session, with its device. False where it was over before. */
	endApp(
		app: { readonly sessionId: SessionId; readonly accountId: AccountId },
		by: Operator,
	): Promise<boolean>;
	/** The session of a browser. False where it was over before. */
	endBrowser(
		browser: { readonly idHash: string; readonly accountId: AccountId },
		by: Operator,
	): Promise<boolean>;
}

export function createOperatorSessions<Unit extends SessionUnit>({
	storage,
	clock,
	random,
	endSession,
	afterEnd = async () => {},
}: Deps<Unit>): OperatorSessions {
	return {
		async endApp({ sessionId, accountId }, actor) {
			const ended = await storage.write((unit) =>
				endSession(unit, { sessionId, accountId, now: clock(), actor }),
			);
			if (ended > 0) await afterEnd(accountId);
			return ended > 0;
		},

		endBrowser: ({ idHash, accountId }, actor) =>
			storage.write(async (unit) => {
				if (!(await unit.browserSessions.end(idHash, accountId))) return false;
				const line = { id: random.token(), accountId, at: clock(), actor } as const;
				await unit.events.record({ ...line, kind: "browser-signed-out", detail: { browsers: "1" } });
				return true;
			}),
	};
}
