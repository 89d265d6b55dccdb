import { timingSafeEqual } from "node:crypto";
import type { AccountId, SessionId, Transactions } from "@countersign/core";
import type { Actor } from "../audit/index.ts";
import type { Clock, Random } from "../config/index.ts";
import type { ProofFor, WaysIn } from "../proofs/index.ts";
import { closeWindow } from "./close-window.ts";
import { heardMs } from "./heard.ts";
import type { Notice, ObjectionUnit } from "./ports.ts";
import type { LetterSecrets } from "./secrets.ts";
import { tokensMadeSince } from "./tokens-since.ts";
import { undoAddress } from "./undo-address.ts";
import { undoFactor } from "./undo-factor.ts";
import { undoLinks } from "./undo-links.ts";

interface Deps<Unit extends ObjectionUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly secrets: LetterSecrets;
	readonly ways: Pick<WaysIn, "isThere">;
	/** Signs one app out, or all, inside the caller's transaction. */
	readonly endSessions: (unit: Unit, ending: SessionEnding) => Promise<unknown>;
	/** What the service of a link gave goes with it, inside the caller's transaction. */
	readonly afterUnlink: (
		unit: Unit,
		unlinked: {
			readonly accountId: AccountId;
			readonly provider: string;
			readonly now: number;
			readonly actor: Actor;
		},
	) => Promise<unknown>;
	/** Waits until the homeserver knows, as far as it can be waited for. Default: it knows at once. */
	readonly afterEnd?: ((accountId: AccountId) => Promise<void>) | undefined;
}

interface SessionEnding {
	readonly accountId: AccountId;
	/** Default: all. */
	readonly sessionId?: SessionId;
	readonly now: number;
	readonly address: string;
}

/** "This was not me", said of one thing, once. */
export interface Objections {
	/** What the link in a letter is about. Nothing changes by it: programs that open every link in a letter open it too. */
	open(token: string): Promise<Notice | undefined>;
	/**
	 * Ends what the thing it is about let somebody do, and every token for a program that the person made or replaced
	 * since, and every account elsewhere that they linked since. Said twice it is done once; undefined: the link is none. It is good for nothing else.
	 */
	object(token: string, address: string): Promise<Notice | undefined>;
	/** What the person has been told of lately, newest first, but for lines whose ids begin so. */
	recent(accountId: AccountId, putAway?: readonly string[]): Promise<readonly Notice[]>;
	/** One that the person was told of, to be objected to at their own pages. */
	find(accountId: AccountId, eventId: string): Promise<Notice | undefined>;
	/** The same as by a letter, by who has just shown to be the person; the browser in which they did stays signed in. */
	objectTo(
		notice: Pick<Notice, "eventId" | "accountId">,
		by: { readonly proof: ProofFor<"object">; readonly address: string },
	): Promise<"done" | "signed-out">;
}

interface Objecting {
	readonly address: string;
	readonly actor: Actor;
	/** The one that stays signed in. Default: none does. */
	readonly browser?: string;
}

const day = 24 * 3_600_000;
/** What happened longer ago is no news. */
export const recentMs = 3 * day;
const recentMost = 3;

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
	/** Nothing where it was said before. */
	const undo = async (unit: Unit, notice: Notice, { address, actor, browser }: Objecting) => {
		const now = clock();
		const { accountId, sessionId, eventId, kind } = notice;
		if (!(await unit.notices.object(eventId, now))) return;
		// Whoever did it is thrown out of every page, and what was agreed to meanwhile ends.
		await unit.accounts.raiseGeneration(accountId);
		await unit.browserSessions.endAllOf(accountId, browser);
		await unit.requests.withdraw({ of: "account", accountId }, "objected", now);
		await undoAddress(unit, notice, now);
		// Who has a letter sets a password by mail; at the pages the last way in stays.
		const stays = browser === undefined ? async () => true : deps.ways.isThere;
		await undoFactor(unit, notice, { now, stays });
		for (const provider of await undoLinks(unit, notice, stays))
			await deps.afterUnlink(unit, { accountId, provider, now, actor });
		const ending = await tokensMadeSince(unit, notice);
		for (const one of new Set([...ending, ...(sessionId === undefined ? [] : [sessionId])]))
			await deps.endSessions(unit, { accountId, sessionId: one, now, address });
		const line = await closeWindow(unit, notice, now);
		if (line !== undefined) {
			await deps.endSessions(unit, { accountId, now, address });
			await unit.events.record({ id: random.token(), address, actor, ...line });
		}
		await unit.events.record({
			...{ id: random.token(), accountId, at: now, kind: "notice-objected", address },
			...{ actor, detail: { event: kind } },
		});
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
				const found = await unit.notices.find(eventId, clock() - heardMs);
				if (found !== undefined) await undo(unit, found, { address, actor: { kind: "somebody" } });
				return found;
			});
			if (notice !== undefined) await afterEnd(notice.accountId);
			return notice;
		},

		async objectTo(notice, { proof, address }) {
			const { eventId, accountId } = notice;
			const said = await storage.write(async (unit) => {
				const now = clock();
				if (!(await unit.browserSessions.isSignedIn(proof, now))) return "signed-out";
				const found = await unit.notices.find(eventId, now - heardMs);
				if (found?.accountId === accountId && accountId === proof.accountId)
					await undo(unit, found, { address, actor: { kind: "person" }, browser: proof.browser });
				return "done";
			});
			if (said === "done") await afterEnd(accountId);
			return said;
		},

		async find(accountId, eventId) {
			const found = await storage.read.notices.find(eventId, clock() - heardMs);
			return found?.accountId === accountId ? found : undefined;
		},

		async recent(accountId, putAway = []) {
			const limit = recentMost + putAway.length;
			const all = await storage.read.notices.list(accountId, { since: clock() - recentMs, limit });
			const isPutAway = ({ eventId }: Notice) => putAway.some((begins) => eventId.startsWith(begins));
			return all.filter((one) => !isPutAway(one)).slice(0, recentMost);
		},
	};
}
