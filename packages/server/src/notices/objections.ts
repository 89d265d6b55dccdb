import { timingSafeEqual } from "node:crypto";
import type { AccountId, SessionId, Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/index.ts";
import { heardMs } from "./heard.ts";
import type { Notice, ObjectionUnit } from "./ports.ts";
import type { LetterSecrets } from "./secrets.ts";
import { undoAddress } from "./undo-address.ts";

interface Deps<Unit extends ObjectionUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly secrets: LetterSecrets;
	/** Signs one app out, inside the caller's transaction. */
	readonly endSession: (unit: Unit, ending: SessionEnding) => Promise<unknown>;
	/** Waits until the homeserver knows, as far as it can be waited for. Default: it knows at once. */
	readonly afterEnd?: ((accountId: AccountId) => Promise<void>) | undefined;
}

interface SessionEnding {
	readonly accountId: AccountId;
	readonly sessionId: SessionId;
	readonly now: number;
	readonly address: string;
}

/** "This was not me", by a link that is good for saying that of one thing, once, and for nothing else. */
export interface Objections {
	/** What the link is about. Nothing changes by it: programs that open every link in a letter open it too. */
	open(token: string): Promise<Notice | undefined>;
	/** Ends what the thing it is about let somebody do. Said twice it is done once; undefined: the link is none. */
	object(token: string, address: string): Promise<Notice | undefined>;
	/** What the person has been told of lately, newest first, with the way to object. */
	recent(accountId: AccountId): Promise<readonly (Notice & { readonly token: string })[]>;
}

const day = 24 * 3_600_000;
const [recentMs, recentMost] = [3 * day, 3] as const;

/** The name of the line, and what nobody makes up for it. */
export function objectionToken(secrets: Pick<LetterSecrets, "objection">, eventId: string): string {
	return `${eventId}.${secrets.objection(eventId)}`;
}

export function createObjections<Unit extends ObjectionUnit>(deps: Deps<Unit>): Objections {
	const { storage, clock, random, secrets, afterEnd = async () => {} } = deps;
	const eventOf = (token: string): string | undefined => {
		const [eventId = "", given = ""] = token.split(".", 2);
		const [ours, theirs] = [Buffer.from(secrets.objection(eventId)), Buffer.from(given)];
		const isOurs = ours.length === theirs.length && timingSafeEqual(ours, theirs);
		return isOurs && token === `${eventId}.${given}` ? eventId : undefined;
	};
	return {
		async open(token) {
			const eventId = eventOf(token);
			return eventId === undefined ? undefined : storage.read.notices.find(eventId, clock() - heardMs);
		},

		async object(token, address) {
			const eventId = eventOf(token);
			if (eventId === undefined) return undefined;
			const notice = await storage.write(async (unit) => {
				const now = clock();
				const found = await unit.notices.find(eventId, now - heardMs);
				if (found === undefined || !(await unit.notices.object(eventId, now))) return found;
				const { accountId, sessionId } = found;
				// Whoever did it is thrown out of every page, and what was agreed to meanwhile ends.
				await unit.accounts.raiseGeneration(accountId);
				await unit.browserSessions.endAllOf(accountId);
				await unit.requests.withdraw({ of: "account", accountId }, "objected", now);
				await undoAddress(unit, found, now);
				if (sessionId !== undefined) await deps.endSession(unit, { accountId, sessionId, now, address });
				await unit.events.record({
					...{ id: random.token(), accountId, at: now, kind: "notice-objected", address },
					...{ actor: { kind: "somebody" }, detail: { event: found.kind } },
				});
				return found;
			});
			if (notice?.sessionId !== undefined) await afterEnd(notice.accountId);
			return notice;
		},

		async recent(accountId) {
			const since = clock() - recentMs;
			const all = await storage.read.notices.list(accountId, { since, limit: recentMost });
			return all.map((notice) => ({ ...notice, token: objectionToken(secrets, notice.eventId) }));
		},
	};
}
